import type { EvidenceItem, EvidenceSource, NewEvidence } from "../domain/evidence.ts";
import type { Face } from "../domain/measurement.ts";
import { patternOf } from "../domain/pattern-of.ts";
import { spanText } from "../domain/timeline.ts";
import type { Utterance } from "../domain/utterance.ts";
import { mouthCurve, whoSpeaks } from "../dynamics/who-speaks.ts";
import { quoted } from "../judging/prompt-library.ts";
import type { PersonInClip } from "./clip-evidence.ts";

/** What is said, and by whose word. */
export interface SaidWords {
  readonly utterances: readonly Utterance[];
  readonly source: EvidenceSource;
}

/** Who could say it. */
interface PossibleSpeakers {
  readonly faces: readonly Pick<Face, "faceId" | "trackId">[];
  /** Of a clip: who is in it, frame by frame. */
  readonly people: readonly PersonInClip[];
  /** The user's words, which may say whose name is whose: `Ann (F1)`, `Ann = F1`, `F1 is Ann`. */
  readonly context: string | null;
}

/** Each utterance as evidence that is about no face, so that no reading of a face alone comes to know it. */
export function utteranceEvidence({ utterances, source }: SaidWords, speakers: PossibleSpeakers): NewEvidence[] {
  const by = speakersOf(utterances, speakers);
  return utterances.map(({ text, speaker, time }, at): NewEvidence => {
    const { faceId, knownBy, why } = by[at] as SpokenBy;
    const name = speaker ?? (faceId === null ? "Somebody" : faceId);
    const who = [...(faceId === null || name === faceId ? [] : [faceId]), why].join(", ");
    const when = time === null ? "" : ` ${spanText(time)}`;
    return {
      ...{ kind: "utterance", faceId: null, region: null, source },
      statement: `${name} (${who}) says${when}: ${quoted(text)}`,
      value: { type: "utterance", text, speaker, spokenBy: faceId, knownBy },
      ...(time === null ? {} : { time }),
    };
  });
}

/** Whom words that nobody's face is known to say leave out; empty where every utterance has a face. */
export function speakerWarnings(utterances: readonly EvidenceItem[]): readonly string[] {
  const nobodys = utterances.filter(({ value }) => value.type === "utterance" && value.spokenBy === null);
  if (nobodys.length === 0) return [];
  const names = new Set(nobodys.flatMap(({ value }) => (value.type === "utterance" && value.speaker) || []));
  const example = `"${[...names][0] ?? "Ann"} (F1)"`;
  return [
    `Whose face says ${nobodys.length} of ${utterances.length} utterances is not known, so they are held against no face: say it in the context, as in ${example}`,
  ];
}

interface SpokenBy {
  readonly faceId: string | null;
  readonly knownBy: "name" | "lips" | null;
  readonly why: string;
}

/** Of one speaker's utterances with a face, so many have the same, for the others to be theirs too. */
const SAME_FACE_SHARE = 2 / 3;
const SAME_FACE_TIMES = 2;

/**
 * By name where the transcript or the user says whose it is, else by the lips that move. Where a speaker's lips were seen to
 * move in some utterances, and no other's, the rest of what has their name is theirs too. Two people of one name stay apart.
 */
function speakersOf(utterances: readonly Utterance[], speakers: PossibleSpeakers): SpokenBy[] {
  const lips = byLips(utterances, speakers);
  const votes = new Map<string, Map<string, number>>();
  for (const [at, { speaker }] of utterances.entries()) {
    const faceId = lips[at]?.faceId;
    if (speaker === null || faceId == null) continue;
    const own = votes.get(speaker) ?? new Map<string, number>();
    votes.set(speaker, own.set(faceId, (own.get(faceId) ?? 0) + 1));
  }
  return utterances.map(({ speaker }, at): SpokenBy => {
    const named = speaker === null ? [] : facesNamed(speaker, speakers);
    const [only] = named;
    if (only !== undefined && named.length === 1) return { faceId: only, knownBy: "name", why: "by name" };
    const { faceId = null, why = "no lips were measured" } = lips[at] ?? {};
    if (named.length > 1) return ofNamesakes(named, faceId);
    const mostly = speaker === null ? null : mostlyFaceOf(speaker, votes);
    if (mostly !== null) {
      return { faceId: mostly.faceId, knownBy: "lips", why: `whose lips move in ${mostly.times} of their utterances` };
    }
    if (faceId === null) return notKnown(why);
    const rival = speaker === null ? undefined : rivalFor(faceId, speaker, votes);
    if (rival !== undefined) return notKnown(`the lips of ${faceId} move for ${rival} too`);
    return { faceId, knownBy: "lips", why: "whose lips move" };
  });
}

function notKnown(why: string): SpokenBy {
  return { faceId: null, knownBy: null, why: `whose face is not known: ${why}` };
}

function ofNamesakes(named: readonly string[], byLips: string | null): SpokenBy {
  if (byLips === null || !named.includes(byLips)) return notKnown(`${named.join(" and ")} are both called that`);
  return { faceId: byLips, knownBy: "lips", why: "whose lips move" };
}

function byLips(utterances: readonly Utterance[], { people }: PossibleSpeakers) {
  const timed = utterances.flatMap(({ time }, at) => (time === null ? [] : [{ time, at }]));
  const mouths = people.flatMap(({ faceId, sights }) => mouthCurve(faceId, sights) ?? []);
  const said = whoSpeaks(
    timed.map(({ time }) => time),
    mouths,
  );
  return Object.fromEntries(timed.map(({ at }, i) => [at, said[i]]));
}

function mostlyFaceOf(speaker: string, votes: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  const own = [...(votes.get(speaker) ?? [])].sort((a, b) => b[1] - a[1]);
  const [faceId, times] = own[0] ?? [];
  if (faceId === undefined || times === undefined || times < SAME_FACE_TIMES) return null;
  if (times < SAME_FACE_SHARE * own.reduce((sum, [, count]) => sum + count, 0)) return null;
  return rivalFor(faceId, speaker, votes) === undefined ? { faceId, times } : null;
}

/** Another speaker while whom the lips of a face were seen to move as often, or more. */
function rivalFor(faceId: string, speaker: string, votes: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  const times = votes.get(speaker)?.get(faceId) ?? 0;
  return [...votes.keys()].find((other) => other !== speaker && (votes.get(other)?.get(faceId) ?? 0) >= times);
}

/** `F1`, a track as tables call it, or a name that the context gives a face; several where it gives it to more than one. */
function facesNamed(speaker: string, { faces, context }: PossibleSpeakers): string[] {
  const is = (id: string | undefined) => id?.toLowerCase() === speaker.toLowerCase();
  const own = faces.find(({ faceId, trackId }) => is(faceId) || is(trackId));
  if (own !== undefined) return [own.faceId];
  const name = patternOf(speaker);
  const link = String.raw`\s*(?:\(|=|:|\bis\b)\s*`;
  const said = new RegExp(String.raw`(?<!\w)${name}${link}(F\d+)\b|\b(F\d+)${link}${name}(?!\w)`, "gi");
  const named = new Set(
    [...(context ?? "").matchAll(said)].map(([, after, before]) => (after ?? before)?.toUpperCase()),
  );
  return faces.flatMap(({ faceId }) => (named.has(faceId) ? [faceId] : []));
}
