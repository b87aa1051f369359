import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import { faultOfAnswer, faultOfConnection, type ServerName } from "../model-server/server-fault.ts";

/** What a server says of one model in `GET /models`; `undefined` where it says nothing. */
export interface DeclaredModel {
  readonly id: string;
  readonly tools: boolean | undefined;
  readonly vision: boolean | undefined;
  readonly schema: boolean | undefined;
}

/*
 * OpenAI itself lists names only. OpenRouter adds `supported_parameters` and `architecture.input_modalities`, Mistral
 * `capabilities.function_calling` and `.vision`, LM Studio `type: "vlm"` and `capabilities: ["tool_use"]`, llama.cpp
 * `capabilities: ["multimodal"]`. Each is read where it stands.
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
  { name, apiKey }: { readonly name: ServerName; readonly apiKey: string },
  signal?: AbortSignal,
): Promise<readonly DeclaredModel[] | undefined> {
  const timeout = AbortSignal.timeout(LIST_TIMEOUT_MS);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const headers = { authorization: `Bearer ${apiKey}`, accept: "application/json" };
    const response = await fetch(`${baseUrl}/models`, { headers, signal: either });
    if (response.status === 401 || response.status === 403) {
      throw faultOfAnswer(name, { status: response.status, message: "", code: undefined, retryAfterMs: undefined });
    }
    if (!response.ok) return undefined;
    const list = List.safeParse(await response.json());
    return list.success ? list.data.data.flatMap(declared) : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProviderError) throw error;
    if (timeout.aborted || error instanceof SyntaxError) return undefined;
    throw faultOfConnection(name, codeOf(error), "connecting");
  }
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const first = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  return first instanceof Error && "code" in first ? String(first.code) : undefined;
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
      schema: parameters?.includes("structured_outputs"),
    },
  ];
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
