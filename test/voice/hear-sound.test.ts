import { afterAll, describe, expect, it } from "vitest";
import { createSileroVad } from "../../src/adapters/silero/silero-vad.ts";
import { DETECTOR_WINDOW, SOUND_HZ } from "../../src/ports/speech-detector.ts";
import { hearSound } from "../../src/voice/hear-sound.ts";
import { speechIn } from "../../src/voice/speech-segments.ts";
import { collect } from "../support/collect.ts";
import { spokenSound } from "../support/spoken-sound.ts";

const silero = createSileroVad();
afterAll(() => silero.close());

async function* pieces(samples: Float32Array, size = 4_000) {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

const hear = (samples: Float32Array, size?: number) => hearSound(pieces(samples, size), silero.listen());
const spoken = [
  { fromS: 1, seconds: 1.5, hz: [110, 140] },
  { fromS: 3.2, seconds: 1, hz: [220, 180] },
  { fromS: 4.6, seconds: 0.6, hz: [120, 118] },
] as const;

describe("hearSound", () => {
  it.each([
    ["in silence", 0, 1],
    ["in noise", 0.0015, 1],
    ["softly", 0.0001, 0.04],
  ])("finds where somebody speaks %s, to 50 ms", async (_how, noise, loudness) => {
    const sound = spokenSound({
      seconds: 6,
      noise,
      spoken: spoken.map((one) => ({ ...one, loudness: 0.5 * loudness })),
    });
    const { stretches, durationS } = await hear(sound);
    const errors = stretches.flatMap(({ fromS, toS }, at) => {
      const truth = spoken[at] as (typeof spoken)[number];
      return [fromS - truth.fromS, toS - truth.fromS - truth.seconds];
    });

    expect(durationS).toBe(6);
    expect(stretches).toHaveLength(3);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.05);
  });

  it("hears the same in pieces of any length", async () => {
    const sound = spokenSound({ seconds: 6, noise: 0.001, spoken });

    expect(await hear(sound, 777)).toEqual(await hear(sound, 50_000));
  });

  it.each([
    ["silence", new Float32Array(3 * SOUND_HZ), 0],
    ["noise", spokenSound({ seconds: 3, noise: 0.1, spoken: [] }), 0.4],
    ["a hum", Float32Array.from({ length: 3 * SOUND_HZ }, (_, at) => 0.2 * Math.sin(at / 25)), 0.2],
    ["less than a window", new Float32Array(100), 0],
    ["nothing", new Float32Array(0), 0],
  ])("hears nobody in %s", async (_what, sound, peak) => {
    const heard = await hear(sound);

    expect(heard.stretches).toEqual([]);
    expect(heard.peak).toBeCloseTo(peak, 0);
  });

  it("hears speech that the sound begins and ends with, of which no background is known", async () => {
    const { stretches } = await hear(spokenSound({ seconds: 1, spoken: [{ fromS: 0, seconds: 1, hz: [200, 190] }] }));

    expect(stretches).toMatchObject([{ backgroundDb: null, harmonicityDb: null }]);
    expect(stretches[0]?.fromS).toBeLessThan(0.05);
    expect(stretches[0]?.toS).toBeGreaterThan(0.95);
  });
});

describe("speechIn", () => {
  const saying = (chance: number) => ({
    detect: async (windows: Float32Array) => new Float32Array(windows.length / DETECTOR_WINDOW).fill(chance),
  });

  it("cuts speech without a pause into parts, so that no more than half a minute of sound is kept", async () => {
    const second = spokenSound({ seconds: 1, spoken: [{ fromS: 0, seconds: 1, hz: [150, 150] }] });
    async function* minutes() {
      for (let at = 0; at < 100; at++) yield second;
    }
    const segments = await collect(speechIn(minutes(), saying(1)));
    const ends = segments.map(({ toS }) => toS);

    expect(Math.max(...segments.map(({ samples }) => samples.length))).toBeLessThan(32 * SOUND_HZ);
    expect(
      segments
        .slice(1)
        .map(({ fromS }, at) => fromS - (ends[at] as number))
        .every((gap) => gap < 0.05),
    ).toBe(true);
    expect(ends.at(-1)).toBeCloseTo(100, 1);
    expect(segments).toHaveLength(4);
  });
});
