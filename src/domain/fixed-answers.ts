import { type FixedAnswer, fixedAnswer } from "./statistics/fixed-values.ts";

type Distribution = readonly { readonly label: string; readonly probability: number }[];

/** What one judge read of one face. The context alone may well be the same for many. */
export interface ReadFace {
  readonly faceOnly: Distribution;
  readonly integrated: Distribution;
}

/**
 * One sentence where a judge gives the same numbers whatever the face; `null` where it does not, or faces are too few to say.
 *
 * @param faces different faces, each once.
 */
export function fixedAnswerNote(judge: string, faces: readonly ReadFace[]): string | null {
  const faceOnly = fixedAnswer(faces.map((face) => face.faceOnly));
  const integrated = fixedAnswer(faces.map((face) => face.integrated));
  const fixed = faceOnly ?? integrated;
  if (fixed === null) return null;
  const readings = [...(faceOnly === null ? [] : ["face only"]), ...(integrated === null ? [] : ["integrated"])];
  const { times, of } = fixed;
  return `${judge} gave ${inWords(fixed)} for ${times} of ${of} faces (${readings.join(" and ")}): unless they all show the same, its numbers are habits and no estimates`;
}

function inWords({ numbers, labels }: FixedAnswer): string {
  if (labels === null) return `the same numbers (${numbers.join(", ")}), if under different labels,`;
  return `the same distribution (${labels.map((label, at) => `${label} ${numbers[at]}`).join(", ")})`;
}
