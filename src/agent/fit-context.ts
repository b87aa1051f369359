import type { EvidenceItem } from "../domain/evidence.ts";
import { MINIMUM_WEIGHT } from "../domain/presence.ts";
import type { Prompt } from "../domain/prompt.ts";
import { IMAGE_TOKENS, textTokens, toolTokens, VIDEO_TOKENS } from "../domain/token-use.ts";

/** What is left out of a question where its model has little room. */
export interface Economy {
  readonly isTold: (item: EvidenceItem) => boolean;
  /** Asks for the brief form of the judgment. */
  readonly brief: boolean;
  /** Whether a clip is shown as video, beside frames of it, to a model that takes that. */
  readonly video: boolean;
  /** Share of the labelled examples that are shown, the nearest first. */
  readonly examples: number;
  /** Whether each face is asked about by itself. */
  readonly faceByFace: boolean;
  /** Whether a judgment is sent back for repair without the images that were shown with the question. */
  readonly repairUnseen: boolean;
  /** In words for the report, e.g. `sides of action units of low weight`. */
  readonly leftOut: readonly string[];
}

const NOTHING_LEFT_OUT: Economy = {
  isTold: isOfUse,
  brief: false,
  video: true,
  examples: 1,
  faceByFace: false,
  repairUnseen: false,
  leftOut: [],
};

/** Where joints lie is drawn, not read. */
function isOfUse({ value }: EvidenceItem): boolean {
  return value.type !== "points";
}

interface Step {
  readonly leftOut: string;
  readonly drops?: (item: EvidenceItem) => boolean;
  readonly changes?: Partial<Omit<Economy, "isTold" | "leftOut">>;
}

const VIDEO_LEFT_OUT = "the clip as video, of which frames are shown";

/** What costs least to do without goes first. */
const STEPS: readonly Step[] = [
  { leftOut: VIDEO_LEFT_OUT, changes: { video: false } },
  {
    leftOut: "sides of action units of low weight",
    drops: ({ value }) => value.type === "action-unit" && value.side !== "both" && (value.weight ?? 1) < MINIMUM_WEIGHT,
  },
  { leftOut: "intervals, appraisals and alternatives (a brief judgment was asked for)", changes: { brief: true } },
  { leftOut: "half of the labelled examples", changes: { examples: 0.5 } },
  { leftOut: "all labelled examples", changes: { examples: 0 } },
  {
    leftOut: "objects, postures and who is near whom",
    drops: ({ kind }) => kind === "object" || kind === "posture" || kind === "relation",
  },
  { leftOut: "stretches of voices that are near to their own median", drops: isUsualVoice },
  {
    leftOut: "what rules derive, and what single networks read where their pool is told",
    drops: ({ kind, source }) =>
      kind === "facs-rule" || (kind === "expression" && source.type === "network" && !source.name.includes("pool")),
  },
  { leftOut: "what is about the other faces (each face was asked about by itself)", changes: { faceByFace: true } },
  { leftOut: "the image where a judgment is sent back for repair", changes: { repairUnseen: true } },
];

/** Half of a third, and what is just noticeable of loudness and tempo. */
const USUAL: Readonly<Record<string, (value: number) => boolean>> = {
  "pitch above own": (semitones) => Math.abs(semitones) < 2,
  "loudness above own": (db) => Math.abs(db) < 3,
  "syllable rate to own": (times) => times > 0.8 && times < 1.25,
};

/** A stretch of speech that is compared with the same voice throughout, and differs little in all that is. */
function isUsualVoice({ value, time }: EvidenceItem): boolean {
  if (value.type !== "voice" || time === undefined) return false;
  const compared = value.measures.filter(({ name }) => name in USUAL);
  return compared.length > 0 && compared.every((measure) => USUAL[measure.name]?.(measure.value));
}

/** Ways to ask, from the whole to the barest. */
export function economies(
  { hasExamples, hasVideo }: { readonly hasExamples: boolean; readonly hasVideo: boolean },
  faces: number,
): readonly [Economy, ...Economy[]] {
  const useful = STEPS.filter(({ changes = {} }) => {
    if (changes.video !== undefined) return hasVideo;
    if (changes.examples !== undefined) return hasExamples;
    return changes.faceByFace === true ? faces > 1 : true;
  });
  const all: [Economy, ...Economy[]] = [NOTHING_LEFT_OUT];
  for (const step of useful) all.push(stricter(all.at(-1) ?? NOTHING_LEFT_OUT, step));
  return all;
}

function stricter(economy: Economy, { leftOut, drops, changes }: Step): Economy {
  const words =
    leftOut === "all labelled examples" ? economy.leftOut.filter((each) => !each.startsWith("half")) : economy.leftOut;
  return {
    ...economy,
    ...changes,
    isTold: drops === undefined ? economy.isTold : (item) => economy.isTold(item) && !drops(item),
    leftOut: [...words, leftOut],
  };
}

const TEMPLATE_TOKENS = 60;
/** Of whole judgments three faces took about 5 500 tokens; of brief ones about 1 500. */
const ANSWER_TOKENS = { whole: { base: 300, face: 1_700 }, brief: { base: 150, face: 400 } } as const;

const TOKENS_OF = { image: IMAGE_TOKENS, video: VIDEO_TOKENS } as const;

/** Tokens of a prompt with the tools that go with it, as reckoned before any server counts them. */
export function promptTokens({ system, user }: Pick<Prompt, "system" | "user">, tools: readonly object[] = []): number {
  const parts = user.map((part) => (part.type === "text" ? textTokens(part.text) : TOKENS_OF[part.type]));
  return parts.reduce((sum, tokens) => sum + tokens, textTokens(system) + toolTokens(tools) + TEMPLATE_TOKENS);
}

/** Up to twenty complaints, and what to do about them. */
const COMPLAINT_TOKENS = 300;

/**
 * Tokens to keep free for the judgment of so many faces, for what is wrong with it, and for its repair, in which images of
 * `unseen` tokens are not shown again.
 */
export function answerTokens(faces: number, brief: boolean, unseen = 0): number {
  const { base, face } = brief ? ANSWER_TOKENS.brief : ANSWER_TOKENS.whole;
  const answer = base + Math.max(1, faces) * face;
  return answer + Math.max(0, COMPLAINT_TOKENS + answer - unseen);
}

/** Tokens of the images and clips in a prompt. */
export function imageTokens({ user }: Pick<Prompt, "user">): number {
  return user.reduce((sum, { type }) => sum + (type === "text" ? 0 : TOKENS_OF[type]), 0);
}
