import { describe, expect, it } from "vitest";
import type { EvidenceItem, TimeWindow } from "../../src/domain/evidence.ts";
import { voiceEvidence } from "../../src/evidence/voice-evidence.ts";
import type { SpeechStretch } from "../../src/voice/measure-speech.ts";
import { face } from "../support/builders.ts";

/** Somebody whose mouth opens and closes in these spans, and is shut otherwise. */
const person = (faceId: string, speaks: readonly TimeWindow[]) => ({
  faceId,
  trackId: faceId.replace("F", "T"),
  sights: Array.from({ length: 60 }, (_, i) => {
    const timestampS = i / 5;
    const isSpeaking = speaks.some(({ fromS, toS }) => timestampS >= fromS && timestampS <= toS);
    const AU25 = isSpeaking ? 0.3 + 0.3 * Math.sin(i * 1.7) : 0.05;
    return { place: { timestampS }, face: face({ AU25, AU26: AU25 }) };
  }),
});

const stretch = (fromS: number, hz: number, more: Partial<SpeechStretch> = {}): SpeechStretch => ({
  ...{ fromS, toS: fromS + 1.4, levelDb: -20, backgroundDb: -70, levelSdDb: 5, clipped: false },
  ...{ pitchHz: new Float32Array(100).fill(hz), pitchRange: 3, pitchSlope: -2, syllables: 7, harmonicityDb: 12 },
  ...more,
});
const [first, second, third, fourth, others] = [
  stretch(0, 200),
  stretch(4, 200),
  stretch(8, 200),
  stretch(10, 252, { levelDb: -15, syllables: 10 }),
  stretch(2, 110, { pitchSlope: 0.2 }),
];
const F1 = person("F1", [first, second, third, fourth]);
const F2 = person("F2", [others]);
const heard = (...stretches: SpeechStretch[]) => ({ durationS: 12, peak: 0.5, stretches });
const statements = (...given: Parameters<typeof voiceEvidence>) =>
  voiceEvidence(...given).map((item) => item.statement);

describe("voiceEvidence", () => {
  it("compares each stretch with the same voice throughout the clip, which is known by the lips", () => {
    const items = voiceEvidence(heard(first, others, second, third, fourth), { people: [F1, F2], said: [] });

    expect(items.map(({ statement }) => statement)).toEqual([
      "F1's voice (whose lips move), 4 stretches with 5.6 s of speech: median pitch 200 Hz, of which 90 % lie within 4.0 semitones; loudness -20 dB of full scale; 5.5 syllables per second, counted in the sound; 2 pauses, typically of 1.6 s and at most of 2.6 s; harmonics 12 dB above noise",
      expect.stringContaining(
        "F1's voice (whose lips move) from 0.0 to 1.4 s: pitch 200 Hz, 0.0 semitones above its own median, falling by 2.0",
      ),
      expect.stringContaining("from 4.0 to 5.4 s"),
      expect.stringContaining("from 8.0 to 9.4 s"),
      "F1's voice (whose lips move) from 10.0 to 11.4 s: pitch 252 Hz, 4.0 semitones above its own median, falling by 2.0 semitones per second; 5.0 dB louder than its own median; 7.1 syllables per second, 1.29 times its own",
      expect.stringContaining("F2's voice (whose lips move), 1 stretch with 1.4 s of speech"),
      "F2's voice (whose lips move) from 2.0 to 3.4 s: pitch 110 Hz; loudness -20 dB of full scale; 5.0 syllables per second",
    ]);
    expect(items[4]).toMatchObject({
      ...{ kind: "voice", faceId: null, time: { fromS: 10, toS: 11.4 } },
      value: { type: "voice", spokenBy: "F1", knownBy: "lips" },
    });
    expect(items[5]?.statement).toContain("too little to compare its parts with");
  });

  it("compares a voice with nothing where nobody knows whose it is", () => {
    const [whole, ...parts] = statements(heard(first, second, fourth), { people: [], said: [] });

    expect(whole).toBe(
      "A voice (face not known: no mouth was measured in 4 frames of it), 3 stretches with 4.2 s of speech: it is compared with nothing, as it may be of several people",
    );
    expect(parts).toHaveLength(3);
    expect(parts.join()).not.toContain("its own");
  });

  it("takes the transcript's word for whose voice it is, also where the face is not known", () => {
    const utterance = (speaker: string, spokenBy: string | null, { fromS, toS }: TimeWindow): EvidenceItem => ({
      ...{ id: "E9", kind: "utterance", faceId: null, region: null, statement: "Yes", time: { fromS, toS } },
      source: { type: "user", name: "talk.vtt" },
      value: { type: "utterance", text: "Yes", speaker, spokenBy, knownBy: spokenBy === null ? null : "name" },
    });
    const said = [utterance("Ann", "F1", others), utterance("Bob", null, { fromS: 3.8, toS: 5.2 })];
    const told = statements(heard(others, second), { people: [], said });

    expect(told[0]).toContain("F1's voice (by the transcript)");
    expect(told[2]).toContain("Bob's voice (by the transcript, face not known: no mouth was measured");
  });

  it.each([
    [{ clipped: true }, "loudness not measurable, as the sound is cut off at its loudest"],
    [
      { pitchHz: new Float32Array(0), pitchSlope: null },
      "pitch not measurable (too short, whispered or too near to the noise)",
    ],
    [{ syllables: null }, "syllables not countable"],
  ])("says what could not be measured of %j", (more, says) => {
    expect(statements(heard(stretch(0, 200, more)), { people: [F1], said: [] })[1]).toContain(says);
  });

  it.each([
    [
      { silentAs: "it has no sound track" },
      "No voice is measured, as it has no sound track: nothing is known of how anybody sounds",
    ],
    [heard(), "Nobody is heard to speak in 12.0 s of sound"],
    [{ ...heard(), peak: 0 }, "The sound track is silent in 12.0 s of sound"],
  ])("says that nothing is heard", (sound, says) => {
    expect(statements(sound, { people: [F1], said: [] })).toEqual([says]);
  });
});
