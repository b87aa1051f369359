import { z } from "zod";
import { DEFAULT_RETRIES, type RetryPolicy, retry } from "../../platform/retry.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { TextEmbedder } from "../../ports/embedder.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import { faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";

export interface HttpEmbedderOptions {
  /** How the user names it, e.g. `ollama:nomic-embed-text`; stamped on every vector. */
  readonly id: string;
  readonly model: string;
  /** Where `/embeddings` is: OpenAI's, Ollama's and every compatible server's address ends in `/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  readonly retries?: RetryPolicy;
}

const TEXTS_PER_CALL = 64;
const DEFAULT_TIMEOUT_MS = 120_000;

const Answer = z.looseObject({
  data: z.array(z.looseObject({ index: z.number().int(), embedding: z.array(z.number()).min(1) })),
});

/** Text embeddings from any server that speaks OpenAI's embeddings protocol, Ollama included. */
export function createHttpTextEmbedder(options: HttpEmbedderOptions): TextEmbedder {
  const place = serverPlace(options.baseUrl);
  const name: ServerName = {
    server: `The embedding server at ${place.name}`,
    model: options.model,
    keyVariable: "OPENAI_API_KEY",
    whenDown: "start it, or leave --embedder out",
    secret: options.apiKey,
  };
  return {
    id: options.id,
    remote: !place.loopback,
    server: place.name,
    async embedTexts(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += TEXTS_PER_CALL) {
        const batch = texts.slice(start, start + TEXTS_PER_CALL);
        const call = () => embedBatch(batch, { ...options, name }, signal);
        vectors.push(...(await retry(call, options.retries ?? DEFAULT_RETRIES, { signal })));
      }
      return vectors;
    },
  };
}

type Call = HttpEmbedderOptions & { readonly name: ServerName };

async function embedBatch(texts: readonly string[], call: Call, signal?: AbortSignal): Promise<Float32Array[]> {
  const { name } = call;
  const answer = Answer.safeParse(await post(texts, call, signal));
  if (!answer.success) throw faultOfProtocol(name, "JSON that is no list of embeddings");
  const byIndex = new Map(answer.data.data.map((entry) => [entry.index, entry.embedding]));
  return texts.map((_, index) => {
    const embedding = byIndex.get(index);
    if (embedding === undefined) throw faultOfProtocol(name, "fewer embeddings than texts");
    return unitVector(embedding, name);
  });
}

async function post(texts: readonly string[], call: Call, signal?: AbortSignal): Promise<unknown> {
  const { name, apiKey, timeoutMs = DEFAULT_TIMEOUT_MS } = call;
  const request = {
    url: `${call.baseUrl.replace(/\/+$/, "")}/embeddings`,
    ...(apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } }),
    body: { model: call.model, input: texts, encoding_format: "float" },
    timeoutMs,
  };
  return (await fetchEvents(request, name, signal))[0];
}

/** Length 1, so that Euclidean distance ranks as cosine similarity does. */
function unitVector(values: readonly number[], name: ServerName): Float32Array {
  const length = Math.hypot(...values);
  if (!Number.isFinite(length) || length === 0) throw faultOfProtocol(name, "an embedding of nothing but zeros");
  return Float32Array.from(values, (value) => value / length);
}
