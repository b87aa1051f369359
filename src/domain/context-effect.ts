import type { Reading, SubjectJudgment } from "./judgment.ts";

/** What the context changed, as one sentence; `null` when one of the two readings abstained. */
export function contextEffect(
  subject: Pick<SubjectJudgment, "faceOnly" | "contextOnly" | "integrated">,
): string | null {
  const { faceOnly, contextOnly, integrated } = subject;
  if (faceOnly.abstention !== null || integrated.abstention !== null || contextOnly.abstention !== null) return null;
  const shift = totalVariation(faceOnly, integrated);
  const size = `moves ${Math.round(shift * 100)} % of the probability`;
  const from = top(faceOnly);
  const to = top(integrated);
  if (from === undefined || to === undefined) return null;
  if (from !== to) return `context turns "${from}" into "${to}" (${size})`;
  return shift < 0.02 ? `context leaves "${to}" as it is` : `context keeps "${to}" on top (${size})`;
}

/** Half the summed absolute difference of two distributions, 0 (same) to 1 (disjoint). */
function totalVariation(a: Reading, b: Reading): number {
  const share = (reading: Reading, label: string) =>
    reading.distribution.find((entry) => entry.label === label)?.probability ?? 0;
  const labels = new Set([...a.distribution, ...b.distribution].map((entry) => entry.label));
  return [...labels].reduce((sum, label) => sum + Math.abs(share(a, label) - share(b, label)), 0) / 2;
}

function top(reading: Reading): string | undefined {
  return [...reading.distribution].sort((a, b) => b.probability - a.probability)[0]?.label;
}
