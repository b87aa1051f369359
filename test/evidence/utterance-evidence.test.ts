import { expect, it } from "vitest";
import type { TimeWindow } from "../../src/domain/evidence.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { utteranceEvidence } from "../../src/evidence/utterance-evidence.ts";
import { face } from "../support/builders.ts";

const FPS = 5;
/** Two people of whom each opens and closes the mouth in their own spans. */
const person = (faceId: string, speaks: readonly TimeWindow[]) => ({
  faceId,
  trackId: faceId.replace("F", "T"),
  sights: Array.from({ length: 60 }, (_, i) => {
    const timestampS = i / FPS;
    const isSpeaking = speaks.some(({ fromS, toS }) => timestampS >= fromS && timestampS <= toS);
    const AU25 = isSpeaking ? 0.3 + 0.3 * Math.sin(i * 1.7) : 0.05;
    return { place: { timestampS }, face: face({ AU25, AU26: AU25 }) };
  }),
});
const spans = [0, 2, 4, 6, 8, 10].map((fromS) => ({ fromS, toS: fromS + 1.4 }));
const [a, b, c, d] = spans as [TimeWindow, TimeWindow, TimeWindow, TimeWindow];
const people = [person("F1", [a, c]), person("F2", [b, d])];
const faces = people.map(({ faceId, trackId }): Pick<Face, "faceId" | "trackId"> => ({ faceId, trackId }));

function whoSays(speakers: readonly (string | null)[], context: string | null = null) {
  const utterances = speakers.map((speaker, at) => ({ text: "Yes", speaker, time: spans[at] ?? null }));
  const source = { type: "user" as const, name: "talk.vtt" };
  return utteranceEvidence({ utterances, source }, { faces, people, context }).map(({ value }) =>
    value.type === "utterance" ? `${value.spokenBy ?? "unknown"} ${value.knownBy ?? ""}`.trim() : "",
  );
}

it.each<[string, (string | null)[], string | null, string[]]>([
  [
    "whose lips move, where nobody is named",
    [null, null, null, null, null],
    null,
    ["F1 lips", "F2 lips", "F1 lips", "F2 lips", "unknown"],
  ],
  ["the face or track whose id the transcript has", ["f2", "T1"], null, ["F2 name", "F1 name"]],
  [
    "whom the context gives the name",
    ["Ann", "Bob", "Ann"],
    "Bob (F1) meets Ann = F2",
    ["F2 name", "F1 name", "F2 name"],
  ],
  ["no face of a name that only looks alike", ["An", "Bo"], "Ann (F2), Bob is F1", ["F1 lips", "F2 lips"]],
  [
    "the same face in all that a speaker says, where their lips were seen to move in most of it",
    ["Ann", "Bob", "Ann", "Bob", "Ann", "Bob"],
    null,
    ["F1 lips", "F2 lips", "F1 lips", "F2 lips", "F1 lips", "F2 lips"],
  ],
  [
    "nobody who is known, where the same lips move for two speakers",
    ["Ann", null, "Bob"],
    null,
    ["unknown", "F2 lips", "unknown"],
  ],
  [
    "each by its own lips, where two people have one name",
    ["Kim", "Kim", "Kim", "Kim", "Kim"],
    null,
    ["F1 lips", "F2 lips", "F1 lips", "F2 lips", "unknown"],
  ],
  [
    "by its own lips too, where the context gives two faces the name, and by neither where theirs do not move",
    ["Kim", "Kim", "Kim", "Kim", "Kim"],
    "Kim (F1) is a friend of Kim (F2)",
    ["F1 lips", "F2 lips", "F1 lips", "F2 lips", "unknown"],
  ],
])("is said by %s", (_case, speakers, context, expected) => {
  expect(whoSays(speakers, context)).toEqual(expected);
});
