import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createOpenAiTranscriber } from "../src/adapters/openai/openai-transcriber.ts";
import { createRulesModel } from "../src/adapters/rules/rules-model.ts";
import { createSileroVad } from "../src/adapters/silero/silero-vad.ts";
import { createWavSound } from "../src/adapters/wav/wav-sound.ts";
import { ask } from "../src/ask.ts";
import { FPS, partsOfClip, reader, SECONDS, silent } from "./support/smiling-clip.ts";
import { spokenSound } from "./support/spoken-sound.ts";
import { tempFolder } from "./support/temp-folder.ts";
import { transcriptionServer, verboseJson } from "./support/transcription-server.ts";
import { wavFile } from "./support/wav-file.ts";

const speech = createSileroVad();
afterAll(() => speech.close());
const parts = () =>
  partsOfClip(createRulesModel(), reader(SECONDS * FPS), { sound: createWavSound(silent.sound), speech });

async function soundFile(bytes: Buffer): Promise<string> {
  const path = join(await tempFolder(), "lapel.wav");
  await writeFile(path, bytes);
  return path;
}

const voices = (report: Awaited<ReturnType<typeof ask>>) =>
  report.evidence
    .filter(({ kind }) => kind === "voice")
    .map(({ statement, faceId, time }) => ({ statement, faceId, time }));

describe("asking about a clip with sound", () => {
  it("hears speech, pitch and pauses, keeps them from what is read of the face alone, and leaves out what comes after the clip", async () => {
    const spoken = [1, 3, 7].map((fromS) => ({ fromS, seconds: 1, hz: [200, 220] as const }));
    const sound = await soundFile(wavFile(spokenSound({ seconds: 9, noise: 0.001, spoken }), { rateHz: 16_000 }));
    const report = await ask({ image: "clip.mp4", sound }, await parts());
    const mute = await ask({ image: "clip.mp4" }, await partsOfClip(createRulesModel()));

    expect(voices(report)).toEqual([
      { statement: expect.stringContaining("2 stretches with 2.0 s of speech"), faceId: null, time: undefined },
      {
        statement: expect.stringMatching(/from 1\.0 to 2\.0 s: pitch 2\d\d Hz/),
        faceId: null,
        time: expect.anything(),
      },
      {
        statement: expect.stringMatching(/from 3\.0 to 4\.0 s: pitch 2\d\d Hz/),
        faceId: null,
        time: expect.anything(),
      },
    ]);
    expect(report.warnings).toContainEqual(
      "1 of 3 stretches of speech begin after the clip ends at 6.0 s, and are left out: look whether it is the sound of this clip",
    );
    expect(voices(mute).map(({ statement }) => statement)).toEqual([
      "No voice is measured, as it has no sound track: nothing is known of how anybody sounds",
    ]);
    expect(report.judgment.subjects[0]?.faceOnly).toEqual(mute.judgment.subjects[0]?.faceOnly);
  });

  it("has what is said written down by the user's transcriber, and sends nothing where nobody speaks or the words are given", async () => {
    const late = { ...verboseJson, segments: verboseJson.segments.map((one) => ({ ...one, start: 60, end: 62 })) };
    const { asked, baseUrl } = await transcriptionServer({ body: verboseJson }, { body: late });
    const transcriber = createOpenAiTranscriber("whisper-1", { baseUrl });
    const spoken = [{ fromS: 1, seconds: 1, hz: [200, 220] as const }];
    const [sound, quiet] = await Promise.all([
      soundFile(wavFile(spokenSound({ seconds: 4, spoken }))),
      soundFile(wavFile(spokenSound({ seconds: 4, spoken: [] }))),
    ]);
    const hearing = { sound: createWavSound(silent.sound), speech, transcriber: { ...transcriber, remote: true } };
    const dependencies = await partsOfClip(createRulesModel(), reader(SECONDS * FPS), hearing);
    const notices: string[] = [];
    const notify = (notice: string) => void notices.push(notice);
    const report = await ask({ image: "clip.mp4", sound }, { ...dependencies, notify });
    const unheard = await ask({ image: "clip.mp4", sound: quiet }, { ...dependencies, notify });
    expect(unheard.warnings).toContain("Nothing was sent to be transcribed, as no speech is heard");
    await ask({ image: "clip.mp4", sound, transcript: "I am fine" }, { ...dependencies, notify });
    const calls = asked.length;
    const without = await ask({ image: "clip.mp4", sound }, dependencies);

    expect(report.evidence.filter(({ kind }) => kind === "utterance")).toMatchObject([
      {
        value: { text: "The beach was a popular spot on a hot summer day." },
        source: { type: "model", name: "openai:whisper-1" },
      },
    ]);
    expect(notices).toEqual(["The sound of the clip leaves this machine: openai:whisper-1 runs elsewhere."]);
    expect(report.warnings).toContain(notices[0]);
    expect(calls).toBe(1);
    expect(without.evidence.filter(({ kind }) => kind === "utterance")).toEqual([]);
    expect(without.warnings).toContainEqual(
      expect.stringMatching(/^1 of 1 utterances in openai:whisper-1 begin after the clip ends at 6\.0 s/),
    );
    const file = asked[0]?.form.get("file") as File;
    expect(file.size).toBe(44 + 2 * 4 * 16_000);
  });

  it("refuses a file named for its sound that has none, sound for an image, and tells of one that is cut short", async () => {
    const [none, cut] = [
      await soundFile(Buffer.from("no sound")),
      await soundFile(wavFile(spokenSound({ seconds: 1, spoken: [] }), { saysBytes: 64_000 })),
    ];
    const report = await ask({ image: "clip.mp4", sound: cut }, await parts());

    expect(report.warnings).toContainEqual(
      expect.stringMatching(/^Not all of the sound was heard: .*it is cut short: 1\.0 s of 2\.0 s/),
    );
    await expect(ask({ image: "clip.mp4", sound: none }, await parts())).rejects.toThrow(
      "Cannot read sound as it has no sound track",
    );
    await expect(ask({ image: "a.jpg", sound: cut }, await parts())).rejects.toThrow(
      "Cannot use sound as it goes with a clip",
    );
  });
});
