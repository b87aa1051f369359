import { type Answer, type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import type { Sample } from "../sample.ts";
import { type Score, unscored } from "../score.ts";

/** An answer beside what each rater of the sample said, both as labels or both as numbers. */
export interface Rated {
  readonly answer: string | number;
  readonly raters: readonly (string | number | null)[];
}

/** The answer in the form that raters gave theirs in; else why there is none. */
export function ratedOf(
  answer: Answer,
  { raters }: Pick<Sample, "raters">,
  { reader, reading }: { readonly reader: LabelReader; readonly reading: ReadingName },
): Rated | Score<never> {
  const given = raters?.filter((rating) => rating !== null) ?? [];
  if (raters === null || given.length === 0) return unscored("no truth", "Nobody rated the sample");
  const isNumeric = given.every((rating) => typeof rating === "number");
  const own = isNumeric ? answer[reading].valence : (answer.choice ?? topLabel(answer[reading])?.label);
  if (own === null || own === undefined) return unscored("abstained", "The answer gives nothing to compare");
  const plain = (value: string | number) => (isNumeric ? value : reader.readOrKeep(String(value)));
  return { answer: plain(own), raters: raters.map((rating) => (rating === null ? null : plain(rating))) };
}

/** How near an answer is to the raters: the share who say the same, or the distance to their mean. */
export function nearnessOf({ answer, raters }: Rated): number {
  const given = raters.filter((rating) => rating !== null);
  if (typeof answer === "string") return given.filter((rating) => rating === answer).length / given.length;
  return Math.abs(answer - given.reduce<number>((sum, rating) => sum + Number(rating), 0) / given.length);
}

/** Labels as numbers, by the order in which they come; for nominal data any numbers do. */
export function codesOf(): (rating: string | number) => number {
  const codes = new Map<string, number>();
  return (rating) => {
    if (typeof rating === "number") return rating;
    const code = codes.get(rating) ?? codes.size;
    codes.set(rating, code);
    return code;
  };
}
