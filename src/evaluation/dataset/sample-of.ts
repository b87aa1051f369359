import { NO_TRUTH, type Sample, type Truth } from "../sample.ts";

/** A sample with nothing but what is given. */
export function sampleOf(
  given: Pick<Sample, "id"> & Partial<Omit<Sample, "truth">> & { readonly truth?: Partial<Truth> },
): Sample {
  return {
    image: null,
    region: null,
    subject: null,
    question: null,
    context: null,
    options: null,
    statement: null,
    pair: null,
    raters: null,
    columns: {},
    ...given,
    truth: { ...NO_TRUTH, ...given.truth },
  };
}
