import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, expect, it } from "vitest";
import { createSileroVad } from "../../src/adapters/silero/silero-vad.ts";
import { createWavSound } from "../../src/adapters/wav/wav-sound.ts";
import { ImageRecord } from "../../src/measuring/measurement-json.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { writePeople } from "../../src/study/clip-notes.ts";
import { VOICES_TABLE, writeVoices } from "../../src/study/voices-table.ts";
import { actionUnits } from "../support/builders.ts";
import { silent } from "../support/smiling-clip.ts";
import { spokenSound } from "../support/spoken-sound.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { wavFile } from "../support/wav-file.ts";

const speech = createSileroVad();
afterAll(() => speech.close());

/** One frame of a study: how far the mouths of its people are open. */
function record(path: string, timestampS: number, mouths: Readonly<Record<string, number>>): ImageRecord {
  const nothing = { score: null, quality: null, headPose: null, gaze: null, eyeOpenness: null, expressions: [] };
  const faces = Object.entries(mouths).map(([trackId, value], at) => ({
    ...{ faceId: `F${at + 1}`, trackId, box: null, toolboxes: ["mesh@5"], ...nothing },
    actionUnits: actionUnits({ AU25: value }),
  }));
  const frame = { index: Math.round(timestampS * 10), timestampS };
  return ImageRecord.parse({ path, widthPx: 60, heightPx: 40, sha256: "c".repeat(64), frame, faces });
}

/** Half open and shut, ten times a second. */
const speaking = (timeS: number, [fromS, toS]: readonly [number, number]) =>
  timeS > fromS && timeS < toS ? 0.1 + 0.5 * (Math.round(timeS * 10) % 2) : 0.1;

it("has a row for each stretch of speech with what was measured of it and whose lips move, and says why a clip has none", async () => {
  const folder = await tempFolder();
  const spoken = [1, 3].map((fromS) => ({ fromS, seconds: 1, hz: [200, 220] as const }));
  const said = join(folder, "said.wav");
  await writeFile(said, wavFile(spokenSound({ seconds: 5, noise: 0.001, spoken }), { rateHz: 16_000 }));
  const quiet = join(folder, "quiet.wav");
  await writeFile(quiet, wavFile(new Float32Array(16_000), { rateHz: 16_000 }));
  const mute = join(folder, "mute.mp4");
  await writeFile(mute, "no WAV");
  const run = await openRunFolder(join(folder, "study"), { command: "measure", settings: {}, version: "0" });
  const frames = Array.from({ length: 50 }, (_, at) =>
    record(said, at / 10, { T1: speaking(at / 10, [1, 2]), T2: 0.1, T3: speaking(at / 10, [4.2, 5]) }),
  );
  const lines = [...frames, record(quiet, 0, { T1: 0.1 }), record(mute, 0, {})].map(
    (one) => `${JSON.stringify(one)}\n`,
  );
  await writeFile(join(run.folder, "measurements.jsonl"), lines.join(""));
  await writePeople(run.folder, [{ path: said, trackId: "T1", fromFrame: 0, person: "Ann" }]);
  await writeVoices(run, { sound: createWavSound(silent.sound), speech });
  await run.close("finished");
  const rows: Record<string, string>[] = parse(await readFile(join(run.folder, "voices.csv")), {
    columns: true,
    bom: true,
  });
  expect(Object.keys(rows[0] ?? {})).toEqual(VOICES_TABLE.columns.map(([name]) => name));
  expect(rows.map(({ path, kind, track_id, person, note }) => [path, kind, track_id, person, note])).toEqual([
    [said, "stretch", "T1", "Ann", ""],
    [said, "stretch", "", "", "whose voice it is is not known: no mouth that is seen moves"],
    [quiet, "no voice", "", "", "nobody is heard to speak"],
    [mute, "no voice", "", "", "it has no sound track"],
  ]);
  for (const [at, row] of rows.slice(0, 2).entries()) {
    expect(Number(row.from_s)).toBeCloseTo([1, 3][at] as number, 1);
    expect(Number(row.duration_s)).toBeCloseTo(1, 1);
    expect(Number(row.pitch_hz)).toBeGreaterThan(195);
    expect(Number(row.pitch_hz)).toBeLessThan(225);
    expect(Number(row.loudness_db)).toBeLessThan(0);
  }
  expect([rows[0]?.silence_before_s, Number(rows[1]?.silence_before_s).toFixed(1)]).toEqual(["", "1.0"]);
});
