import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import type { ConversationShape } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { templateShape } from "../model-server/template-shape.ts";

/** What llama.cpp's server tells of the model that it has loaded. */
interface LlamaServer {
  readonly contextTokens: number | undefined;
  readonly vision: boolean | undefined;
  readonly build: string | undefined;
  /** How its chat template takes a conversation with tools; `undefined` when it drops or refuses them. */
  readonly shape: ConversationShape | undefined;
}

const Capability = z.boolean().default(true).catch(true);
const Caps = z.looseObject({
  supports_tools: Capability,
  supports_tool_calls: Capability,
  supports_parallel_tool_calls: Capability,
  supports_system_role: Capability,
});

const Props = z.looseObject({
  chat_template: z.string(),
  chat_template_caps: Caps.optional().catch(undefined),
  default_generation_settings: z.looseObject({ n_ctx: z.number().optional().catch(undefined) }),
  modalities: z
    .looseObject({ vision: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  build_info: z.string().optional().catch(undefined),
});

const Rendered = z.looseObject({ prompt: z.string() });

const QUESTION_TIMEOUT_MS = 10_000;

/**
 * Asks a server whether it is llama.cpp's, and tries its chat template on a small conversation with a tool: templates drop
 * tools without a word, want roles to alternate, or take one call at a time, and only rendering shows it.
 *
 * @returns `undefined` for any other server.
 */
export async function llamaServer(
  { baseUrl, name }: { readonly baseUrl: string; readonly name: ServerName },
  signal?: AbortSignal,
): Promise<LlamaServer | undefined> {
  const root = baseUrl.replace(/\/v1$/, "");
  const props = Props.safeParse(await answerOf({ url: `${root}/props` }, name, signal));
  if (!props.success) return undefined;
  const { default_generation_settings: settings, modalities, build_info: build, chat_template_caps: caps } = props.data;
  let renders = true;
  const render = async (body: object) => {
    const answer = await answerOf({ url: `${root}/apply-template`, body }, name, signal);
    renders &&= !(answer instanceof ProviderError && answer.status === 404);
    const rendered = Rendered.safeParse(answer);
    return rendered.success ? rendered.data.prompt : undefined;
  };
  const tried = await templateShape(name, render, signal);
  return {
    contextTokens: settings.n_ctx,
    vision: modalities?.vision,
    build,
    shape: renders ? tried : shapeByCaps(caps),
  };
}

/** What it says of its template, where it renders nothing: whether a user may speak after a tool is not among it. */
function shapeByCaps(caps: z.infer<typeof Caps> | undefined): ConversationShape | undefined {
  if (!caps?.supports_tools || !caps.supports_tool_calls) return undefined;
  return {
    systemRole: caps.supports_system_role,
    userAfterTool: false,
    parallelCalls: caps.supports_parallel_tool_calls,
  };
}

/** The error where the server has no such address, or refuses: that is an answer too. */
async function answerOf(
  { url, body }: { readonly url: string; readonly body?: unknown },
  name: ServerName,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    const request = { url, ...(body === undefined ? {} : { body }), timeoutMs: QUESTION_TIMEOUT_MS };
    return (await fetchEvents(request, name, signal))[0];
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
