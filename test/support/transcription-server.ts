import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Asked {
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly form: FormData;
}

/** A loopback server that is asked as OpenAI's API reference says, and remembers it. */
export async function transcriptionServer(...answers: readonly { status?: number; body: unknown }[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const headers = { "content-type": request.headers["content-type"] ?? "" };
    const form = await new Response(Buffer.concat(pieces), { headers }).formData();
    asked.push({ url: request.url, key: request.headers.authorization, form });
    const { status = 200, body } = answers[Math.min(asked.length, answers.length) - 1] ?? { status: 500, body: "" };
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { asked, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

/** `verbose_json` as OpenAI's API reference shows it. */
export const verboseJson = {
  ...{ task: "transcribe", language: "english", duration: 8.470000267028809 },
  text: "The beach was a popular spot on a hot summer day.",
  segments: [
    {
      ...{
        id: 0,
        seek: 0,
        start: 0,
        end: 3.319999933242798,
        text: " The beach was a popular spot on a hot summer day.",
      },
      ...{
        tokens: [50364, 440],
        temperature: 0,
        avg_logprob: -0.286,
        compression_ratio: 1.236,
        no_speech_prob: 0.0098,
      },
    },
  ],
};

/** The same of whisper.cpp's server (pull request 1781, and examples/server/server.cpp as of 2026): its tokens stand as words. */
export const whisperCppJson = {
  ...{ task: "transcribe", language: "english", duration: 5, text: " That's one small step for man.\n" },
  ...{ detected_language: "english", detected_language_probability: 0.98, language_probabilities: { en: 0.98 } },
  segments: [
    {
      ...{ id: 0, text: " That's one small step for man.", start: 0, end: 5 },
      tokens: [1320, 338, 530, 1402, 2239, 329, 582, 13],
      words: [
        { word: " That", start: 0.16, end: 0.31, t_dtw: -1, probability: 0.31418749690055847 },
        { word: "'s", start: 0.38, end: 0.49, t_dtw: -1, probability: 0.8378852009773254 },
      ],
      ...{ temperature: 0, avg_logprob: -0.41, no_speech_prob: 0.02 },
    },
  ],
};

/** The same of vLLM (`TranscriptionResponseVerbose`, 0.22): its length is a string, words and some figures are null. */
export const vllmJson = {
  ...{ duration: "5.0", language: "en", text: " That's one small step for man.", words: null },
  segments: [
    {
      ...{ id: 0, text: " That's one small step for man.", start: 0.0, end: 4.62, seek: 0 },
      ...{ tokens: [50364, 663], temperature: 0, avg_logprob: -0.31, compression_ratio: 1.1, no_speech_prob: null },
    },
  ],
};
