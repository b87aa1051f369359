import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";

/** What a server says of one model in `GET /models`; `undefined` where it says nothing. */
export interface DeclaredModel {
  readonly id: string;
  readonly tools: boolean | undefined;
  readonly vision: boolean | undefined;
  readonly video: boolean | undefined;
  readonly schema: boolean | undefined;
  readonly contextTokens: number | undefined;
}

const Tokens = z.number().int().positive().optional().catch(undefined);

/*
 * OpenAI itself lists names only. OpenRouter adds `supported_parameters`, `architecture.input_modalities` and
 * `context_length`, Mistral `capabilities.function_calling` and `.vision` and `max_context_length`, LM Studio
 * `type: "vlm"`, `capabilities: ["tool_use"]` and `loaded_context_length`, llama.cpp `meta.n_ctx`, vLLM `max_model_len`.
 * Each is read where it stands.
 */
const Listed = z.looseObject({
  id: z.string(),
  type: z.string().optional().catch(undefined),
  supported_parameters: z.array(z.string()).optional().catch(undefined),
  architecture: z
    .looseObject({ input_modalities: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  capabilities: z
    .union([
      z.array(z.string()),
      z.looseObject({
        function_calling: z.boolean().optional().catch(undefined),
        vision: z.boolean().optional().catch(undefined),
      }),
    ])
    .optional()
    .catch(undefined),
  meta: z.looseObject({ n_ctx: Tokens }).optional().catch(undefined),
  max_model_len: Tokens,
  loaded_context_length: Tokens,
  context_length: Tokens,
  max_context_length: Tokens,
});
type Listed = z.infer<typeof Listed>;

const List = z.looseObject({ data: z.array(z.unknown()) });

/** How long a server may take for its list; it is a courtesy, so a slow one is done without. */
const LIST_TIMEOUT_MS = 10_000;

/**
 * Asks a server which models it has and what they can do.
 *
 * @returns `undefined` when the server keeps no such list.
 * @throws {ProviderError} if nobody answers or the key is refused, so that this is known before an image is sent.
 */
export async function declaredModels(
  baseUrl: string,
  { name, headers }: { readonly name: ServerName; readonly headers: Readonly<Record<string, string>> },
  signal?: AbortSignal,
): Promise<readonly DeclaredModel[] | undefined> {
  try {
    const request = { url: `${baseUrl}/models`, headers, timeoutMs: LIST_TIMEOUT_MS };
    const list = List.safeParse((await fetchEvents(request, name, signal))[0]);
    return list.success ? list.data.data.flatMap(declared) : undefined;
  } catch (error) {
    if (!(error instanceof ProviderError) || isDecisive(error)) throw error;
    return undefined;
  }
}

/** Nobody there, or a refused key; everything else is a server without a list. */
function isDecisive({ status, unreachable }: ProviderError): boolean {
  return status === 401 || status === 403 || unreachable;
}

function declared(entry: unknown): DeclaredModel[] {
  const listed = Listed.safeParse(entry);
  if (!listed.success) return [];
  const { id, supported_parameters: parameters } = listed.data;
  return [
    {
      id,
      tools: parameters?.includes("tools") ?? toolsIn(listed.data),
      vision: visionIn(listed.data),
      video: listed.data.architecture?.input_modalities?.includes("video"),
      schema: parameters?.includes("structured_outputs"),
      contextTokens: contextIn(listed.data),
    },
  ];
}

/** What is loaded goes before what the model could have. */
function contextIn({ meta, max_model_len, loaded_context_length, context_length, max_context_length }: Listed) {
  return meta?.n_ctx ?? max_model_len ?? loaded_context_length ?? context_length ?? max_context_length;
}

function toolsIn({ capabilities }: Listed): boolean | undefined {
  if (Array.isArray(capabilities)) return capabilities.includes("tool_use") ? true : undefined;
  return capabilities?.function_calling;
}

function visionIn({ type, architecture, capabilities }: Listed): boolean | undefined {
  if (architecture?.input_modalities !== undefined) return architecture.input_modalities.includes("image");
  if (type === "vlm") return true;
  if (type === "llm") return false;
  if (Array.isArray(capabilities)) return capabilities.includes("multimodal") ? true : undefined;
  return capabilities?.vision;
}
