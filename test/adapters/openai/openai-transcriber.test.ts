import { describe, expect, it } from "vitest";
import { createOpenAiTranscriber } from "../../../src/adapters/openai/openai-transcriber.ts";
import { ProviderError } from "../../../src/domain/errors.ts";
import {
  type Asked,
  transcriptionServer,
  verboseJson,
  vllmJson,
  whisperCppJson,
} from "../../support/transcription-server.ts";

const retries = { tries: 2, firstWaitMs: 1, longestWaitMs: 5 };
const wav = Buffer.from("RIFF....");

describe("a transcription server", () => {
  it("is sent the sound and the model's name, and its segments are utterances", async () => {
    const { asked, baseUrl } = await transcriptionServer({ body: verboseJson });
    const transcriber = createOpenAiTranscriber("whisper-1", { baseUrl, apiKey: "sk-secret" });
    const utterances = await transcriber.transcribe(wav);
    const [{ url, key, form }] = asked as [Asked];

    expect(utterances).toEqual([
      {
        ...{ text: "The beach was a popular spot on a hot summer day.", speaker: null },
        time: { fromS: 0, toS: 3.319999933242798 },
      },
    ]);
    expect([url, key]).toEqual(["/v1/audio/transcriptions", "Bearer sk-secret"]);
    expect([form.get("model"), form.get("response_format")]).toEqual(["whisper-1", "verbose_json"]);
    expect(await (form.get("file") as File).text()).toBe("RIFF....");
    expect(transcriber).toMatchObject({ id: "openai:whisper-1", remote: false });
  });

  it("is tried again where it is busy, and says what it will not do without the key", async () => {
    const busy = { status: 503, body: { error: { message: "overloaded" } } };
    const { asked, baseUrl } = await transcriptionServer(busy, { body: { ...verboseJson, segments: [] } });
    const refused = await transcriptionServer({ status: 401, body: { error: { message: "Bad key sk-secret" } } });
    const words = await createOpenAiTranscriber("whisper-1", { baseUrl, retries }).transcribe(wav);
    const failing = createOpenAiTranscriber("whisper-1", { baseUrl: refused.baseUrl, apiKey: "sk-secret", retries });
    const error = await failing.transcribe(wav).catch((fault: unknown) => fault);

    expect(words).toEqual([]);
    expect(asked).toHaveLength(2);
    expect(error).toBeInstanceOf(ProviderError);
    expect(String(error)).not.toContain("sk-secret");
    expect(refused.asked).toHaveLength(1);
  });

  it("may be whisper.cpp's, which fails under a success's status, and answers at this address only where it is told to", async () => {
    const missing = { status: 404, body: "File Not Found (/v1/audio/transcriptions)" };
    const failed = { body: { error: "failed to read audio data" } };
    const { baseUrl } = await transcriptionServer({ body: whisperCppJson }, failed, missing);
    const transcriber = createOpenAiTranscriber("whisper", { baseUrl, retries });

    expect(await transcriber.transcribe(wav)).toEqual([
      { text: "That's one small step for man.", speaker: null, time: { fromS: 0, toS: 5 } },
    ]);
    await expect(transcriber.transcribe(wav)).rejects.toThrow('gave no answer ("failed to read audio data")');
    await expect(transcriber.transcribe(wav)).rejects.toThrow(
      /"File Not Found .*start it with --inference-path \/v1\/audio\/transcriptions$/,
    );
  });

  it("may be vLLM's, which has models that give no times", async () => {
    const message = "Currently do not support verbose_json for voxtral";
    const refused = { status: 400, body: { error: { message, type: "BadRequestError", param: null, code: 400 } } };
    const untimed = { body: { ...vllmJson, segments: null } };
    const { asked, baseUrl } = await transcriptionServer({ body: vllmJson }, refused, untimed);
    const transcriber = createOpenAiTranscriber("openai/whisper-large-v3", { baseUrl, retries });

    expect(await transcriber.transcribe(wav)).toEqual([
      { text: "That's one small step for man.", speaker: null, time: { fromS: 0, toS: 4.62 } },
    ]);
    await expect(transcriber.transcribe(wav)).rejects.toThrow(message);
    await expect(transcriber.transcribe(wav)).rejects.toThrow("JSON without segments and their times");
    expect(asked).toHaveLength(3);
  });

  it("is refused where it gives no times", async () => {
    const { baseUrl } = await transcriptionServer({ body: { text: "The beach" } });

    await expect(createOpenAiTranscriber("gpt-4o", { baseUrl, retries }).transcribe(wav)).rejects.toThrow(
      "JSON without segments and their times",
    );
  });
});
