import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, expect, it } from "vitest";
import { createSileroVad } from "../../src/adapters/silero/silero-vad.ts";
import { createWavSound } from "../../src/adapters/wav/wav-sound.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { VOICES_TABLE, writeVoices } from "../../src/study/voices-table.ts";
import { silent } from "../support/smiling-clip.ts";
import { spokenSound } from "../support/spoken-sound.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { wavFile } from "../support/wav-file.ts";

const speech = createSileroVad();
afterAll(() => speech.close());

it("has a row for each stretch of speech with what was measured of it, and says why a clip has none", async () => {
  const folder = await tempFolder();
  const spoken = [1, 3].map((fromS) => ({ fromS, seconds: 1, hz: [200, 220] as const }));
  const said = join(folder, "said.wav");
  await writeFile(said, wavFile(spokenSound({ seconds: 5, noise: 0.001, spoken }), { rateHz: 16_000 }));
  const quiet = join(folder, "quiet.wav");
  await writeFile(quiet, wavFile(new Float32Array(16_000), { rateHz: 16_000 }));
  const mute = join(folder, "mute.mp4");
  await writeFile(mute, "no WAV");
  const run = await openRunFolder(join(folder, "study"), { command: "measure", settings: {}, version: "0" });
  await writeVoices(run, [said, quiet, mute], { sound: createWavSound(silent.sound), speech });
  await run.close("finished");
  const rows: Record<string, string>[] = parse(await readFile(join(run.folder, "voices.csv")), {
    columns: true,
    bom: true,
  });
  expect(Object.keys(rows[0] ?? {})).toEqual(VOICES_TABLE.columns.map(([name]) => name));
  expect(rows.map(({ path, kind, note }) => [path, kind, note])).toEqual([
    [said, "stretch", ""],
    [said, "stretch", ""],
    [quiet, "no voice", "nobody is heard to speak"],
    [mute, "no voice", "it has no sound track"],
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
