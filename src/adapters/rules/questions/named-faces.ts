import type { EvidenceItem } from "../../../domain/evidence.ts";
import { patternOf } from "../../../domain/pattern-of.ts";

const NAME = String.raw`(\p{Lu}[\p{L}\p{M}'’-]*)`;
const LINK = String.raw`\s*(?:\(|=|:|\bis\b)\s*`;
/** "Ann (F1)", "F1 is Ann", as the words of a context give faces names. */
const GIVEN = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${NAME}${LINK}([Ff]\d+)\b|([Ff]\d+)${LINK}${NAME})`, "gu");

/**
 * A question with faces in the place of people who are named: "What does Ann feel?" is "What does F1 feel?" where the context
 * says whose name it is, or Ann is known to speak with the face F1. A name of two faces stays a name.
 */
export function withFacesForNames(question: string, items: readonly EvidenceItem[]): string {
  return [...facesByName(items)].reduce((text, [name, faceIds]) => {
    const [faceId, ...others] = faceIds;
    if (faceId === undefined || others.length > 0) return text;
    return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${patternOf(name)}(?![\\p{L}\\p{N}])`, "giu"), faceId);
  }, question);
}

function facesByName(items: readonly EvidenceItem[]): ReadonlyMap<string, ReadonlySet<string>> {
  const named = items.flatMap(({ kind, value }): [string, string][] => {
    if (value.type === "utterance" && value.speaker !== null && value.spokenBy !== null)
      return [[value.speaker, value.spokenBy]];
    if (kind !== "context-text" || value.type !== "text") return [];
    return [...value.text.matchAll(GIVEN)].map(([, before, after, id, name]) => [
      before ?? name ?? "",
      after ?? id ?? "",
    ]);
  });
  const faces = new Map<string, Set<string>>();
  for (const [name, faceId] of named) faces.set(name, (faces.get(name) ?? new Set()).add(faceId.toUpperCase()));
  return faces;
}
