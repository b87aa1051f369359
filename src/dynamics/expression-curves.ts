import type { ClipInReport } from "../domain/report.ts";
import { followed, type Sight } from "./stretches.ts";

type ExpressionCurve = NonNullable<ClipInReport["expressions"]>[number];

interface Person {
  readonly faceId: string;
  readonly sights: readonly {
    readonly place: { readonly timestampS: number };
    readonly face: { readonly measurements: readonly Pick<Sight, "expressions">[] };
  }[];
}

/** What never gets above this says nothing over time. */
const LEAST_HIGHEST = 0.1;

/** The probability of each label that counts for anything, frame by frame: by the pool of the networks, else by the first. */
export function expressionCurves({ faceId, sights }: Person): ExpressionCurve[] {
  const curves = new Map<string, ExpressionCurve>();
  for (const { place, face } of sights) {
    const [reading] = followed(face.measurements.flatMap(({ expressions }) => expressions));
    for (const { label, probability } of reading?.distribution ?? []) {
      const source = reading?.source ?? "";
      const curve = curves.get(`${source} ${label}`) ?? { faceId, source, label, samples: [] };
      curves.set(`${source} ${label}`, curve);
      curve.samples.push({ timeS: place.timestampS, value: Number(probability.toFixed(4)) });
    }
  }
  return [...curves.values()].filter(({ samples }) => samples.some(({ value }) => value >= LEAST_HIGHEST));
}
