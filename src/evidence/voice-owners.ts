import type { EvidenceItem, TimeWindow } from "../domain/evidence.ts";
import { mouthCurve, whoSpeaks } from "../dynamics/who-speaks.ts";
import type { PersonInClip } from "./clip-evidence.ts";

/** Whose voice it is. */
export interface Owner {
  /** Who is the same speaker: a face, or a name of the transcript; `null` where nobody knows. */
  readonly name: string | null;
  readonly spokenBy: string | null;
  readonly knownBy: "name" | "lips" | null;
  readonly why: string;
}

/** Whose voice each stretch of speech is: by who says the words that fill it, else by the lips that move. */
export function ownersOf(
  stretches: readonly TimeWindow[],
  people: readonly PersonInClip[],
  said: readonly EvidenceItem[],
) {
  const mouths = people.flatMap(({ faceId, sights }) => mouthCurve(faceId, sights) ?? []);
  const byLips = whoSpeaks(stretches, mouths);
  return stretches.map((stretch, at): Owner => {
    const words = wordsIn(stretch, said);
    const { faceId, why } = byLips[at] ?? { faceId: null, why: "no lips were measured" };
    if (words?.spokenBy != null) {
      const byWhat = words.knownBy === "name" ? "by the transcript" : "whose lips move";
      return { name: words.spokenBy, spokenBy: words.spokenBy, knownBy: words.knownBy, why: byWhat };
    }
    if (faceId !== null) return { name: faceId, spokenBy: faceId, knownBy: "lips", why: "whose lips move" };
    return { name: words?.speaker ?? null, spokenBy: null, knownBy: null, why: `face not known: ${why}` };
  });
}

/** The utterance that fills most of a stretch, and at least half of it. */
function wordsIn(stretch: TimeWindow, said: readonly EvidenceItem[]) {
  const shares = said.flatMap(({ value, time }) => {
    if (value.type !== "utterance" || time === undefined) return [];
    const overlapS = Math.min(time.toS, stretch.toS) - Math.max(time.fromS, stretch.fromS);
    return [{ value, share: overlapS / (stretch.toS - stretch.fromS) }];
  });
  return shares.filter(({ share }) => share >= 0.5).sort((a, b) => b.share - a.share)[0]?.value;
}
