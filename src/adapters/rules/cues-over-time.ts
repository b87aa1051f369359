import type { TimeWindow } from "../../domain/evidence.ts";
import type { Cue, SubjectJudgment } from "../../domain/judgment.ts";
import { spanText } from "../../domain/timeline.ts";
import type { EvidenceView } from "./evidence-view.ts";

/** The cues of a person of a clip: those of each stretch with its time, of what is read most first, then those without a time. */
export function cuesOverTime(
  view: EvidenceView,
  whole: SubjectJudgment,
  stretches: readonly { readonly stretch: TimeWindow; readonly cues: readonly Cue[] }[],
): Cue[] {
  const isTimed = ({ actionUnits, evidenceIds }: Cue) => actionUnits.length > 0 || citesTime(view, evidenceIds);
  const cues = stretches.flatMap(({ stretch, cues: own }) =>
    own.filter(isTimed).map((cue) => {
      // What is said has a time of its own, which is not that of a stretch in which it still holds.
      if (citesWords(view, cue.evidenceIds)) return cue;
      return { ...cue, statement: `${cue.statement}, ${spanText(stretch)}` };
    }),
  );
  const told = distinct(cues);
  const top = whole.integrated.distribution[0]?.label;
  return [
    ...told.filter(({ label }) => label === top),
    ...told.filter(({ label }) => label !== top),
    ...whole.cues.filter((cue) => !isTimed(cue)),
  ];
}

function citesTime({ items }: EvidenceView, ids: readonly string[]): boolean {
  return items.some(({ id, time, value }) => ids.includes(id) && (time !== undefined || value.type === "timeline"));
}

function citesWords({ items }: EvidenceView, ids: readonly string[]): boolean {
  return items.some(({ id, kind }) => ids.includes(id) && kind === "utterance");
}

/** Words that hold through several stretches are a cue once. */
function distinct(cues: readonly Cue[]): Cue[] {
  return [...new Map(cues.map((cue) => [`${cue.direction} ${cue.label} ${cue.statement}`, cue])).values()];
}
