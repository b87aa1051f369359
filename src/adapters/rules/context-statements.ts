import { APPRAISAL_DIMENSIONS, type Appraisal, type Cue } from "../../domain/judgment.ts";
import { type ContextReading, expectedLabel, type SituatedCue } from "./read-context.ts";

/** How sure an appraisal read off a word table can be at most. */
const APPRAISAL_CONFIDENCE = 0.5;
/** An appraisal nearer to 0 than this says nothing. */
const APPRAISAL_SAYS_FROM = 0.05;

/** What the situation speaks for, each cue with the item that tells of it. */
export function contextCues({ cues }: ContextReading): Cue[] {
  return cues.flatMap((found) => {
    const label = expectedLabel(found);
    if (label === undefined) return [];
    return [
      {
        statement: statementOf(found),
        claimType: "perceived",
        label,
        direction: "for",
        actionUnits: [],
        evidenceIds: [found.evidenceId],
      },
    ];
  });
}

const SOURCES: Readonly<Record<string, string>> = {
  "context-text": "The given context",
  observation: "An observation",
  object: "An object in the scene",
  posture: "A posture",
};

function statementOf({ cue, kind, words, turn }: SituatedCue): string {
  const source = SOURCES[kind] ?? "The scene";
  const said = `${cue.says} ("${words}")`;
  if (turn === "denied") return `${source} denies something and so leaves ${said}`;
  if (turn === "supposed") return `${source} speaks of ${said} as a possibility`;
  if (turn === "turned") return `${source} tells of ${said} from the other side`;
  return `${source} tells of ${said}`;
}

/** Every dimension, with a value where the found situations have one. */
export function contextAppraisals({ cues }: ContextReading): Appraisal[] {
  return APPRAISAL_DIMENSIONS.map((dimension) => {
    const saying = cues.flatMap((found) => {
      const value = Object.entries(found.cue.appraisals).find(([name]) => name === dimension)?.[1];
      return value === undefined ? [] : [{ value, found }];
    });
    const strength = saying.reduce((sum, { found }) => sum + found.strength, 0);
    const mean = saying.reduce((sum, { value, found }) => sum + value * found.strength, 0) / strength;
    // Situations that pull an appraisal both ways leave it open.
    if (saying.length === 0 || !(Math.abs(mean) >= APPRAISAL_SAYS_FROM)) {
      return { dimension, value: "not inferable", confidence: null, evidenceIds: [] };
    }
    const strongest = Math.max(...saying.map(({ found }) => found.strength));
    return {
      dimension,
      value: Number(mean.toFixed(2)),
      confidence: Number((APPRAISAL_CONFIDENCE * strongest).toFixed(2)),
      evidenceIds: [...new Set(saying.map(({ found }) => found.evidenceId))],
    };
  });
}
