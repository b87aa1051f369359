import { availableParallelism } from "node:os";
import { createHttpTextEmbedder } from "./adapters/embeddings/http-text-embedder.ts";
import { createLanceExemplarStore } from "./adapters/lancedb/exemplar-store.ts";
import { createMeshToolbox } from "./adapters/mesh/mesh-toolbox.ts";
import { ollamaUrl } from "./adapters/ollama/ollama-server.ts";
import { OPENAI_BASE_URL } from "./adapters/openai/openai-judge.ts";
import { ConfigurationError } from "./domain/errors.ts";
import type { ExpressionSpace } from "./domain/expression-space.ts";
import type { MeasurePicture } from "./pipeline/make-exemplar.ts";
import { measureImage } from "./pipeline/measure-image.ts";
import { toolboxSpace } from "./pipeline/toolbox-space.ts";
import type { TextEmbedder } from "./ports/embedder.ts";
import type { ExemplarStore } from "./ports/exemplar-store.ts";

/** Where exemplars are kept unless the user says otherwise: beside the study, in the current folder. */
export const DEFAULT_STORE = ".kuleshov/exemplars";

/** A store as it is, for what needs no toolbox: list, show, export, remove, search by words. */
export function openStore(location: string | undefined): ExemplarStore {
  return createLanceExemplarStore(location ?? process.env.KULESHOV_EXEMPLARS ?? DEFAULT_STORE, null);
}

/** The built-in toolbox with a store of its space: what adding, searching by face, finding and discovering need. */
export interface ExemplarDesk {
  readonly store: ExemplarStore;
  readonly space: ExpressionSpace;
  readonly measure: MeasurePicture;
  readonly concurrency: number;
  close(): Promise<void>;
}

export async function openDesk(location: string | undefined): Promise<ExemplarDesk> {
  const workers = availableParallelism();
  const toolbox = await createMeshToolbox({ workers });
  const space = toolboxSpace(toolbox);
  const store = createLanceExemplarStore(location ?? process.env.KULESHOV_EXEMPLARS ?? DEFAULT_STORE, space);
  return {
    store,
    space,
    measure: (path, signal) => measureImage(path, [toolbox], signal),
    // One picture more than workers: its decoding overlaps with their measuring.
    concurrency: workers + 1,
    async close() {
      await toolbox.close();
      await store.close();
    },
  };
}

/**
 * A text embedder as the user names it: `ollama:<model>` or `openai:<model>`.
 * @throws {ConfigurationError} if it is neither, or OpenAI's key is missing.
 */
export function openTextEmbedder(name: string | undefined): TextEmbedder | null {
  if (name === undefined) return null;
  const [, provider, model] = /^(ollama|openai):(.+)$/.exec(name) ?? [];
  if (provider === undefined || model === undefined) {
    throw new ConfigurationError(`An embedder is written ollama:<model> or openai:<model>, not "${name}"`);
  }
  if (provider === "ollama") {
    return createHttpTextEmbedder({ id: name, model, baseUrl: `${ollamaUrl(process.env.OLLAMA_HOST)}/v1` });
  }
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl = OPENAI_BASE_URL } = process.env;
  if (apiKey === undefined && baseUrl === OPENAI_BASE_URL) {
    throw new ConfigurationError("OpenAI needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server");
  }
  return createHttpTextEmbedder({ id: name, model, baseUrl, ...(apiKey === undefined ? {} : { apiKey }) });
}
