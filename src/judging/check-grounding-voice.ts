import type { EvidenceItem, TimeWindow, VoiceMeasure } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import { statedWindow, windowText } from "../domain/stated-times.ts";
import { overlaps } from "../domain/timeline.ts";
import type { Claim } from "./check-grounding-claims.ts";
import { type Finding, worst } from "./check-grounding-finding.ts";

type Voice = EvidenceItem & { readonly value: Extract<EvidenceItem["value"], { type: "voice" }> };

const OF_VOICE =
  /\b(?:voices?|vocal\w*|intonation|prosod\w*|(?:high|low)(?:er)?[- ]pitched|semitones?|monotone|sound(?:s|ing|ed)\s+(?!off\b|track)\w+|(?:speak|talk)(?:s|ing)?\s+(?:\w+\s+)?(?:\w+ly|loud(?:er)?|soft(?:er)?|fast(?:er)?|slower))\b/i;
/** A head has a pitch too. */
const PITCH = /\bpitch\b/i;
const OF_HEAD = /\b(?:heads?|yaw|roll|degrees|chin|nods?|tilt\w*)\b/i;
const DENIES = /\b(?:no|not|never|nobody|nothing|neither|unknown|without|cannot)\b|n't\b/i;

/** What is wrong with a claim about how somebody sounds that rests on nothing that was heard, `undefined` when nothing is. */
export function voiceFault({ prose }: Claim, cited: readonly EvidenceItem[]): string | undefined {
  if (!isOfVoice(prose) || DENIES.test(prose)) return undefined;
  // What the user or a speaker says of a voice can be told again.
  if (cited.some(({ kind, statement }) => kind === "voice" || isOfVoice(statement))) return undefined;
  return "it speaks of a voice and cites no measurement of one";
}

/** Of what is heard only: a mouth can be seen to shout or to whisper. */
function isOfVoice(text: string): boolean {
  return OF_VOICE.test(text) || (PITCH.test(text) && !OF_HEAD.test(text));
}

/** One thing that a sentence may say of a voice: words for more of it and for less, and how much of it counts as either. */
interface Aspect {
  readonly name: VoiceMeasure;
  readonly more: RegExp;
  readonly less: RegExp;
  /** From here on it is more, and below the same the other way round less; between is neither. */
  readonly from: number;
  /** What else may be meant: a voice that rises may rise within the stretch. */
  readonly or?: { readonly name: VoiceMeasure; readonly from: number };
}

const ABOUT_PITCH = String.raw`\b(?:voice|pitch|tone|intonation)\b[^.;,]{0,40}?\b`;
const SLOPE = { name: "pitch slope", from: 1 } as const;
/** A semitone, 3 dB and a sixth of the tempo are plainly heard; what is nearer to usual is neither more nor less. */
const ASPECTS: readonly Aspect[] = [
  {
    ...{ name: "pitch above own", from: 1, or: SLOPE },
    more: new RegExp(`${ABOUT_PITCH}(?:rises?|rising|rose|climbs?|goes up|raised)\\b`, "i"),
    less: new RegExp(`${ABOUT_PITCH}(?:falls?|falling|fell|drops?|dropping|sinks?|goes down|lowered)\\b`, "i"),
  },
  {
    ...{ name: "pitch above own", from: 1 },
    more: new RegExp(`${ABOUT_PITCH}(?:higher|above)\\b|\\bhigher[- ](?:pitched|voice)\\b`, "i"),
    less: new RegExp(`${ABOUT_PITCH}(?:lower|deeper|below)\\b|\\b(?:lower|deeper)[- ](?:pitched|voice)\\b`, "i"),
  },
  {
    ...{ name: "loudness above own", from: 3 },
    more: /\b(?:louder|more loudly)\b/i,
    less: /\b(?:softer|quieter|more (?:softly|quietly))\b/i,
  },
  {
    ...{ name: "syllable rate to own", from: 1.15 },
    more: /\b(?:speak|talk|speech|syllables|tempo)\w*\b[^.;]{0,30}\b(?:faster|quicker|more quickly)\b/i,
    less: /\b(?:speak|talk|speech|syllables|tempo)\w*\b[^.;]{0,30}\b(?:slower|more slowly)\b/i,
  },
];

/** A quoted number, the measures that it may be of, and how far off it may be. */
const NUMBERS: readonly [RegExp, readonly VoiceMeasure[], number][] = [
  [/(\d+(?:\.\d+)?)\s*semitones?\b/gi, ["pitch above own", "pitch range", "pitch slope"], 0.3],
  [/(\d+(?:\.\d+)?)\s*Hz\b/gi, ["pitch"], 3],
  [/(\d+(?:\.\d+)?)\s*dB\b/gi, ["loudness", "loudness above own", "loudness variation", "harmonicity"], 0.6],
  [/(\d+(?:\.\d+)?)\s*syllables\b/gi, ["syllable rate"], 0.2],
];
/** "0.2 dB louder": a direction that says itself how far it goes, however little that is. */
const BY_HOW_MUCH: readonly [RegExp, VoiceMeasure, number][] = [
  [/(\d+(?:\.\d+)?)\s*dB\s+(louder|softer|quieter)\b/gi, "loudness above own", 0.6],
  [/(\d+(?:\.\d+)?)\s*semitones?\s+(higher|above|lower|below)\b/gi, "pitch above own", 0.3],
];
const DOWN = /^(?:softer|quieter|lower|below)$/i;
/** In words people round. Set by hand, not fitted. */
const ROUNDED = 0.05;

/**
 * Holds what a claim says of voices, with a direction or a number, against what was heard then of whom it is about.
 * `undefined` where it says neither.
 */
export function voiceFinding({ prose, faceIds }: Claim, ledger: EvidenceLedger): Finding | undefined {
  const heard = ledger.ofKind("voice").filter((item): item is Voice => item.value.type === "voice");
  if (!isOfVoice(prose) || DENIES.test(prose)) return undefined;
  const window = statedWindow(prose);
  const isTheirs = ({ value }: Voice) => faceIds.length === 0 || faceIds.includes(value.spokenBy ?? "");
  const isThen = ({ time }: Voice) => window === null || time === undefined || overlaps(time, window);
  const own = heard.filter((item) => isTheirs(item) && isThen(item));
  const about = { own, who: faceIds.length === 1 ? `of ${faceIds[0]}` : "of them", window };
  const amounts = BY_HOW_MUCH.flatMap(([pattern, name, slack]) =>
    [...prose.matchAll(pattern)].map(([quoted, number, word = ""]) => {
      const sign = DOWN.test(word) ? -1 : 1;
      return numberFinding({ quoted, number: Number(number), names: [name], slack, sign }, about);
    }),
  );
  const rest = BY_HOW_MUCH.reduce((text, [pattern]) => text.replace(pattern, " "), prose);
  const directions = ASPECTS.flatMap((aspect) => [
    ...(aspect.more.test(rest) ? [directionFinding(aspect, 1, about)] : []),
    ...(aspect.less.test(rest) ? [directionFinding(aspect, -1, about)] : []),
  ]);
  const numbers = NUMBERS.flatMap(([pattern, names, slack]) =>
    [...rest.matchAll(pattern)].map(([quoted, number]) =>
      numberFinding({ quoted, number: Number(number), names, slack }, about),
    ),
  );
  return worst([...amounts, ...directions, ...numbers]);
}

interface About {
  readonly own: readonly Voice[];
  readonly who: string;
  readonly window: TimeWindow | null;
}

function directionFinding({ name, from, or }: Aspect, sign: 1 | -1, about: About): Finding {
  const told = [{ name, from }, ...(or === undefined ? [] : [or])];
  const items = about.own.filter(({ time }) => time !== undefined);
  const verdicts = items.map((item) => {
    const degrees = told.flatMap((one) => measuresOf(item, [one.name]).map((value) => degreeOf(one, value) * sign));
    if (degrees.some((degree) => degree >= 1)) return "yes";
    return degrees.length > 0 && degrees.every((degree) => degree <= 0) ? "no" : "unclear";
  });
  const names = told.map((one) => one.name);
  const fitting = items.filter((_, at) => verdicts[at] === "yes");
  if (fitting.length > 0) return finding("supported", fitting, names);
  if (items.length > 0 && verdicts.every((verdict) => verdict === "no")) return finding("contradicted", items, names);
  return notMeasured(about, items, names);
}

/** 1 where a value just counts as more, 0 where it is as usual. */
function degreeOf({ name, from }: { readonly name: VoiceMeasure; readonly from: number }, value: number): number {
  return name === "syllable rate to own" ? Math.log(value) / Math.log(from) : value / from;
}

interface Quoted {
  readonly quoted: string;
  readonly number: number;
  readonly names: readonly VoiceMeasure[];
  readonly slack: number;
  /** Which way it goes, where that is told; else both ways are meant. */
  readonly sign?: 1 | -1;
}

function numberFinding({ quoted, number, names, slack, sign }: Quoted, about: About): Finding {
  const measured = about.own.filter((item) => measuresOf(item, names).length > 0);
  if (measured.length === 0) return notMeasured(about, [], names);
  const near = (value: number) => {
    const told = sign === undefined ? Math.abs(value) : sign * value;
    return Math.abs(told - number) <= Math.max(slack, ROUNDED * number);
  };
  const fitting = measured.filter((item) => measuresOf(item, names).some(near));
  if (fitting.length > 0) return finding("supported", fitting, names);
  const { reason, ...rest } = finding("contradicted", measured, names);
  return { ...rest, reason: `${quoted} is quoted, but ${reason}` };
}

function measuresOf({ value }: Voice, names: readonly VoiceMeasure[]): number[] {
  return value.measures.filter(({ name }) => names.includes(name)).map((measure) => measure.value);
}

const MOST_TOLD = 3;

function finding(verdict: Finding["verdict"], items: readonly Voice[], names: readonly VoiceMeasure[]): Finding {
  const told = items.slice(0, MOST_TOLD).map(({ id, value, time }) => {
    const measures = value.measures.filter(({ name }) => names.includes(name));
    const words = measures.map((one) => `${one.name} ${Number(one.value.toFixed(1))} ${one.unit}`);
    return `${words.join(" and ")}${time === undefined ? "" : ` ${windowText(time)}`} (${id})`;
  });
  return { verdict, reason: `the voice was measured: ${told.join(", ")}`, itemIds: items.map(({ id }) => id) };
}

function notMeasured({ who, window }: About, items: readonly Voice[], names: readonly VoiceMeasure[]): Finding {
  const when = window === null ? "" : ` ${windowText(window)}`;
  const known = items.filter((item) => measuresOf(item, names).length > 0);
  if (known.length > 0) return { ...finding("not-measurable", known, names) };
  return { verdict: "not-measurable", reason: `no voice ${who} was measured so${when}`, itemIds: [] };
}
