import { existsSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { z } from "zod";
import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import { optionalPackage } from "../../platform/package-paths.ts";
import { DEFAULT_RETRIES } from "../../platform/retry.ts";
import { systemPath } from "../../platform/system-path.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { chatCompletions } from "../langchain/chat-openai.ts";
import type { CallOptions } from "../model-provider.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { type ChatProtocol, createServerModel } from "../model-server/server-model.ts";
import { templateShape } from "../model-server/template-shape.ts";
import { createGgufEngine, type GgufEngine } from "./gguf-engine.ts";
import { type GgufFile, readGguf } from "./gguf-file.ts";

/** llama.cpp as prebuilt binaries from the registry alone: nothing is fetched or compiled when it is installed. */
export const GGUF_PACKAGE = "@fugood/llama.node";

/** Room for the instructions, images, the evidence of a few faces and a judgment; memory grows with it. */
const MOST_CONTEXT = 16_384;
/** As of a server on this machine. */
const USUAL_TIMEOUT_MS = 600_000;

/**
 * A model from a file on this machine, and from a second one its eyes. Both are checked, then the process that runs them
 * is started, and its chat template tried.
 *
 * @param spec `model.gguf` or `model.gguf+mmproj.gguf`.
 * @throws {ConfigurationError} if a file cannot be used, or the package that runs it is not installed.
 * @throws {ProviderError} if it cannot be loaded.
 */
export async function createGgufJudge(
  spec: string,
  options: CallOptions,
  { runner = GGUF_PACKAGE, signal }: { readonly runner?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<JudgeModel> {
  const files = splitFiles(spec);
  const model = await checkedModel(files.model);
  const projector = files.projector === null ? null : await checkedProjector(files.projector);
  const installed = isAbsolute(runner) ? null : optionalPackage(runner, `"gguf:${spec}"`);
  const contextTokens = Math.min(model.contextTokens ?? MOST_CONTEXT, MOST_CONTEXT);
  const name: ServerName = {
    server: `The process that runs ${basename(files.model)}`,
    model: basename(files.model),
    keyVariable: "the file's permissions",
    whenDown: "try another file of this model, or less memory by a smaller one",
    secret: undefined,
  };
  const engine = createGgufEngine({ ...files, package: runner, contextTokens }, name);
  const { temperature = null, seed = null, maxTokens = null, timeoutMs = USUAL_TIMEOUT_MS } = options;
  const patience = { timeoutMs, signal };
  const { vision } = await engine.start(patience);
  const shape = await templateShape(name, (body) => rendered(engine, body, patience), signal);
  return createServerModel({
    id: `gguf:${spec}`,
    name,
    protocol: inProcess(engine, name),
    capabilities: {
      tools: shape !== undefined,
      vision,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "without-tools",
      contextTokens,
    },
    shape: shape ?? FREE_SHAPE,
    remote: false,
    identity: {
      build: `${runner} ${installed?.version ?? ""}`.trim(),
      digest: [model.digest, projector?.digest].filter((part) => part !== undefined).join(" "),
      contextTokens,
      maxTokens,
    },
    temperature,
    seed,
    maxTokens,
    raisedMaxTokens: contextTokens,
    timeoutMs,
    retries: options.retries ?? DEFAULT_RETRIES,
    turnedDown: options.turnedDown,
    beforeRequest: options.beforeRequest,
  });
}

/** A plus sign may stand in a file's own name. */
function splitFiles(spec: string): { readonly model: string; readonly projector: string | null } {
  const [, model, projector] = /^(.+?\.gguf)\+(.+)$/is.exec(spec) ?? [];
  if (model === undefined || projector === undefined || existsSync(systemPath(spec)))
    return { model: spec, projector: null };
  return { model, projector };
}

async function checkedModel(path: string): Promise<GgufFile> {
  const file = await readGguf(path);
  const refuse = (reason: string) => new ConfigurationError(`Cannot use model file as ${reason}: \`${path}\``);
  if (file.architecture === "clip")
    throw refuse("it is a projector: name the model first, as in gguf:model.gguf+mmproj.gguf");
  if (!file.hasChatTemplate) {
    throw refuse(
      "it has no chat template, so that nothing can be asked of it: use the instruction-tuned file of this model",
    );
  }
  return file;
}

async function checkedProjector(path: string): Promise<GgufFile> {
  const file = await readGguf(path);
  if (file.architecture === "clip" && file.seesImages) return file;
  const what = file.architecture === "clip" ? "takes no images" : `is a "${file.architecture}" model and no projector`;
  throw new ConfigurationError(
    `Cannot use model file as it ${what}: name the model's mmproj file after the plus: \`${path}\``,
  );
}

/** A template that cannot write this out says so by an error; a process that is gone says that. */
async function rendered(engine: GgufEngine, body: object, patience: Parameters<GgufEngine["render"]>[1]) {
  const { model: _model, ...rest } = body as Record<string, unknown>;
  return engine.render(rest, patience).catch((error: unknown) => {
    if (error instanceof ProviderError && !error.retryable) return undefined;
    throw error;
  });
}

/** A completion as the package gives it; `tokens_evaluated` counts the answer too. */
const Completed = z.looseObject({
  text: z.string(),
  content: z.string().optional(),
  reasoning_content: z.string().optional(),
  tool_calls: z
    .array(z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.unknown() }) }))
    .optional(),
  tokens_evaluated: z.number(),
  tokens_predicted: z.number(),
  context_full: z.boolean(),
  stopped_limited: z.boolean().optional(),
});

/** Chat Completions, spoken to a process instead of a server. */
function inProcess(engine: GgufEngine, name: ServerName): ChatProtocol {
  const protocol = chatCompletions("", name, async (body, { settings: { timeoutMs }, onSent, signal }) => {
    onSent?.(Buffer.byteLength(JSON.stringify(body)));
    const done = Completed.parse(await engine.complete(body, { timeoutMs, signal }));
    const input = done.tokens_evaluated - done.tokens_predicted;
    if (done.context_full && done.tokens_predicted === 0) {
      const sentence = "says that this conversation is longer than it can read: ask about fewer faces";
      throw new ProviderError(`${name.server} ${sentence}`, { retryable: false });
    }
    return {
      content: done.content ?? done.text,
      reasoning: done.reasoning_content ?? "",
      refusal: "",
      calls: (done.tool_calls ?? []).map(({ function: made }) => ({ name: made.name, args: made.arguments })),
      finish: done.stopped_limited || done.context_full ? "length" : "stop",
      tokens: { input, output: done.tokens_predicted },
      fingerprint: null,
    };
  });
  return {
    ask: (asked, settings, signal) =>
      protocol.ask(asked, { ...settings, without: new Set([...settings.without, "stream" as const]) }, signal),
  };
}
