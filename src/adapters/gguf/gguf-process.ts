import { createRequire } from "node:module";

/*
 * The process that runs a model: it loads the package and the weights, and answers its parent, one request after the other.
 * Whatever native code does to it, the parent lives. It ends when its parent does.
 */

/** What is asked of this process. */
export type GgufRequest =
  | {
      readonly id: number;
      readonly type: "load";
      readonly package: string;
      readonly model: string;
      readonly projector: string | null;
      readonly contextTokens: number;
      readonly threads: number;
    }
  | { readonly id: number; readonly type: "render"; readonly body: Body }
  | { readonly id: number; readonly type: "complete"; readonly body: Body };

/** A request as of OpenAI's Chat Completions; the package takes the same names. */
interface Body {
  readonly messages: readonly object[];
  readonly tools?: readonly object[];
}

export type GgufReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** What of the package is used: github.com/mybigday/llama.node, `lib/binding.ts`. */
interface Package {
  loadModel(options: object): Promise<Context>;
}
interface Context {
  initMultimodal(options: { readonly path: string }): boolean;
  getMultimodalSupport(): { readonly vision: boolean };
  getFormattedChat(messages: readonly object[], template: undefined, params: object): { readonly prompt: string };
  completion(options: object): Promise<unknown>;
}

/** So many layers go onto a graphics processor, where the package was built for one: all of them. */
const ALL_LAYERS = 999;

let context: Context | undefined;

async function load({
  package: runner,
  model,
  projector,
  contextTokens,
  threads,
}: Extract<GgufRequest, { type: "load" }>) {
  const { loadModel } = createRequire(import.meta.url)(runner) as Package;
  const settings = { n_ctx: contextTokens, n_parallel: 1, n_threads: threads, n_gpu_layers: ALL_LAYERS };
  context = await loadModel({ model, ctx_shift: false, ...settings });
  if (projector === null) return { vision: false };
  context.initMultimodal({ path: projector });
  return { vision: context.getMultimodalSupport().vision };
}

async function answer(request: GgufRequest): Promise<unknown> {
  if (request.type === "load") return load(request);
  if (context === undefined) throw new Error("no model is loaded");
  const { messages, ...rest } = request.body;
  if (request.type === "render") return context.getFormattedChat(messages, undefined, { jinja: true, ...rest }).prompt;
  return context.completion({ messages, jinja: true, reasoning_format: "auto", ...rest });
}

if (process.send !== undefined) {
  process.on("disconnect", () => process.exit());
  process.on("message", (request: GgufRequest) => {
    const { id } = request;
    answer(request).then(
      (value) => process.send?.({ id, value } satisfies GgufReply),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
