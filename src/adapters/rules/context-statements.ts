import { APPRAISAL_DIMENSIONS, type Appraisal, type Cue } from "../../domain/judgment.ts";
import { BasicLabel } from "../../domain/labels.ts";
import { type ContextReading, expectedLabel, type ReadText, type SituatedCue } from "./read-context.ts";

/** How sure an appraisal read off a text can be at most: annotators of the same event agree little better. Set by hand, not fitted. */
const APPRAISAL_CONFIDENCE = 0.5;
/** An appraisal nearer to 0 than this says nothing. Set by hand, not fitted. */
const APPRAISAL_SAYS_FROM = 0.05;
const QUOTED_LETTERS = 80;

const SOURCES: Readonly<Record<string, string>> = {
  "context-text": "The given context",
  observation: "An observation",
  utterance: "What is said",
};

/** What the situation speaks for: each text with its most expected emotion, then what was found in the scene. */
export function contextCues({ texts, cues }: ContextReading): Cue[] {
  const found = cues.filter(({ evidenceId }) => !texts.some((text) => text.evidenceId === evidenceId));
  return [...texts.flatMap(cueOfText), ...found.flatMap(cueOfFinding)];
}

function cueOfText({ evidenceId, kind, reading }: ReadText): Cue[] {
  const label = expectedLabel(reading);
  if (label === null) return [];
  const turns = reading.turns.length === 0 ? "" : `, in which something is ${reading.turns.join(" and ")}`;
  const statement = `${sourceOf(kind)}, "${shortened(reading.read)}"${turns}, leads one to expect ${label}`;
  return [perceived(statement, label, evidenceId)];
}

function cueOfFinding(found: SituatedCue): Cue[] {
  // A face does not show guilt or shame as such, so a cue speaks for the likeliest label that it can show.
  const [top] = Object.entries(found.cue.likelihood)
    .filter(([label]) => BasicLabel.safeParse(label).success)
    .sort((a, b) => b[1] - a[1]);
  if (top === undefined) return [];
  return [perceived(`${found.statement}: this tells of ${found.cue.says}`, top[0], found.evidenceId)];
}

function perceived(statement: string, label: string, evidenceId: string): Cue {
  return { statement, claimType: "perceived", label, direction: "for", actionUnits: [], evidenceIds: [evidenceId] };
}

function sourceOf(kind: SituatedCue["kind"]): string {
  return SOURCES[kind] ?? "The scene";
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= QUOTED_LETTERS ? line : `${line.slice(0, QUOTED_LETTERS - 1)}…`;
}

/** The reader's appraisals that are Scherer's too. Effort has no check of its own. */
const CHECKS: Readonly<Record<string, Appraisal["dimension"]>> = {
  pleasantness: "intrinsic pleasantness",
  attention: "goal relevance",
  certainty: "outcome probability",
  responsibility: "agency: self",
  circumstance: "agency: circumstance",
};

interface Saying {
  readonly dimension: string;
  readonly value: number;
  readonly strength: number;
  readonly evidenceId: string;
}

/** Every dimension, with a value where texts and found situations have one. */
export function contextAppraisals({ texts, cues }: ContextReading): Appraisal[] {
  const all = [...texts.flatMap(sayingsOfText), ...cues.flatMap(sayingsOfCue)];
  return APPRAISAL_DIMENSIONS.map((dimension) => {
    const saying = all.filter((said) => said.dimension === dimension);
    const strength = saying.reduce((sum, said) => sum + said.strength, 0);
    const mean = saying.reduce((sum, said) => sum + said.value * said.strength, 0) / strength;
    // Situations that pull an appraisal both ways leave it open.
    if (saying.length === 0 || !(Math.abs(mean) >= APPRAISAL_SAYS_FROM)) {
      return { dimension, value: "not inferable", confidence: null, evidenceIds: [] };
    }
    const strongest = Math.min(1, Math.max(...saying.map((said) => said.strength)));
    return {
      dimension,
      value: Number(mean.toFixed(2)),
      confidence: Number((APPRAISAL_CONFIDENCE * strongest).toFixed(2)),
      evidenceIds: [...new Set(saying.map(({ evidenceId }) => evidenceId))],
    };
  });
}

function sayingsOfText({ reading, evidenceId, strength }: ReadText): Saying[] {
  return reading.appraisals.flatMap(({ name, value }) => {
    const dimension = CHECKS[name];
    return dimension === undefined ? [] : [{ dimension, value: 2 * value - 1, strength, evidenceId }];
  });
}

function sayingsOfCue({ cue, strength, evidenceId }: SituatedCue): Saying[] {
  return Object.entries(cue.appraisals).map(([dimension, value]) => ({ dimension, value, strength, evidenceId }));
}
