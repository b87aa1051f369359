import { FormData } from "undici";
import { z } from "zod";
import { DEFAULT_RETRIES, type RetryPolicy, retry } from "../../platform/retry.ts";
import { serverPlace, usualTimeoutMs } from "../../platform/server-place.ts";
import type { Transcriber } from "../../ports/transcriber.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import { faultInAnswer, faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import { readSpeechJson } from "../transcripts/speech-json.ts";

interface OpenAiTranscriberOptions {
  /** Where `/audio/transcriptions` is: OpenAI's and every compatible server's address ends in `/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number | undefined;
  readonly retries?: RetryPolicy;
}

/** Of some versions of whisper.cpp, under the status of a success. */
const Failed = z.looseObject({ error: z.union([z.string(), z.looseObject({})]) });

/** A transcriber behind any server that speaks OpenAI's transcription protocol: OpenAI, vLLM, whisper.cpp. */
export function createOpenAiTranscriber(model: string, options: OpenAiTranscriberOptions): Transcriber {
  const { baseUrl, apiKey, retries = DEFAULT_RETRIES } = options;
  const place = serverPlace(baseUrl);
  const name: ServerName = {
    server: `The transcription server at ${place.name}`,
    model,
    keyVariable: "OPENAI_API_KEY",
    whenDown: "start it, check --transcribe-url or OPENAI_BASE_URL, or leave --transcribe out",
    secret: apiKey,
    hint: "Of whisper.cpp it is the address that is missing: start it with --inference-path /v1/audio/transcriptions",
  };
  return {
    ...{ id: `openai:${model}`, remote: !place.loopback, server: place.name },
    async transcribe(wav, signal) {
      const body = new FormData();
      body.set("file", new Blob([wav as Uint8Array<ArrayBuffer>], { type: "audio/wav" }), "sound.wav");
      body.set("model", model);
      body.set("response_format", "verbose_json");
      const request = {
        url: `${baseUrl.replace(/\/+$/, "")}/audio/transcriptions`,
        ...(apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } }),
        body,
        timeoutMs: options.timeoutMs ?? usualTimeoutMs(place),
      };
      const [answer] = await retry(() => fetchEvents(request, name, signal), retries, { signal });
      const failed = Failed.safeParse(answer);
      if (failed.success) throw faultInAnswer(name, failed.data.error);
      const utterances = readSpeechJson(answer, () => faultOfProtocol(name, "JSON without segments and their times"));
      return utterances.filter(({ text }) => text !== "");
    },
  };
}
