import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import PQueue from "p-queue";
import { ProviderError } from "../../domain/errors.ts";
import { builtFile } from "../../platform/package-paths.ts";
import { faultOfTimeout, type ServerName } from "../model-server/server-fault.ts";
import type { GgufReply, GgufRequest } from "./gguf-process.ts";

type Question = GgufRequest extends infer Each ? (Each extends GgufRequest ? Omit<Each, "id"> : never) : never;

/** How long one request may take, and who may end it. */
interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A large file from a slow disk. */
const LOADING_MS = 600_000;

/** A model in a process of its own. */
export interface GgufEngine {
  /** Starts it, unless it runs. @returns what it can do. */
  start(patience: Patience): Promise<{ readonly vision: boolean }>;
  /** A conversation as the model's chat template writes it out. */
  render(body: object, patience: Patience): Promise<string>;
  complete(body: object, patience: Patience): Promise<unknown>;
}

interface ModelFiles {
  /** The npm package that runs it. */
  readonly package: string;
  readonly model: string;
  readonly projector: string | null;
  readonly contextTokens: number;
}

/**
 * Runs a model in a child process that is started when it is first asked, and anew when it has crashed: native code takes
 * its process along. It keeps this process alive only while it has a question.
 *
 * @throws {ProviderError} by each of its methods: it crashed, took too long, or says what is wrong.
 */
export function createGgufEngine(files: ModelFiles, name: ServerName): GgufEngine {
  const queue = new PQueue({ concurrency: 1 });
  let running: { readonly child: ChildProcess; readonly loaded: { readonly vision: boolean } } | undefined;
  let lastId = 0;

  const ask = (child: ChildProcess, question: Question, { timeoutMs, signal }: Patience) =>
    new Promise<unknown>((resolve, reject) => {
      lastId += 1;
      const id = lastId;
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        child.off("message", onMessage).off("exit", onExit).off("error", onError);
        rest(child);
        settle();
      };
      const stop = (reason: unknown) => {
        running = undefined;
        child.kill("SIGKILL");
        end(() => reject(reason));
      };
      const onAbort = () => stop(signal?.reason);
      const onExit = (code: number | null, by: string | null) => {
        running = undefined;
        end(() => reject(crashed(name, by ?? `status ${code}`, question.type)));
      };
      const onError = (error: Error) => {
        if (child.pid === undefined) stop(crashed(name, error.message, question.type));
        // A process that takes no more questions has ended or is about to: how is told then.
        else child.kill("SIGKILL");
      };
      const onMessage = (reply: GgufReply) => {
        if (reply.id !== id) return;
        end(() => ("error" in reply ? reject(complained(name, reply.error)) : resolve(reply.value)));
      };
      const timer = setTimeout(() => stop(faultOfTimeout(name, timeoutMs)), timeoutMs);
      signal?.addEventListener("abort", onAbort);
      child.on("message", onMessage).on("exit", onExit).on("error", onError);
      wake(child);
      if (signal?.aborted) onAbort();
      else child.send({ ...question, id } as GgufRequest);
    });

  const started = async ({ signal }: Patience) => {
    if (running !== undefined) return running;
    const child = startProcess();
    try {
      const question = { type: "load" as const, ...files, threads: availableParallelism() };
      const loaded = (await ask(child, question, { timeoutMs: LOADING_MS, signal })) as { vision: boolean };
      // It can end between two questions as well.
      child.once("exit", () => {
        if (running?.child === child) running = undefined;
      });
      running = { child, loaded };
      return running;
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  };
  const inTurn = <T>(work: () => Promise<T>) => queue.add(work);

  return {
    start: (patience) => inTurn(async () => (await started(patience)).loaded),
    render: (body, patience) =>
      inTurn(async () =>
        String(await ask((await started(patience)).child, { type: "render", body } as Question, patience)),
      ),
    complete: (body, patience) =>
      inTurn(async () => ask((await started(patience)).child, { type: "complete", body } as Question, patience)),
  };
}

/** Native code writes what it does, prompts included, to both outputs: nobody reads them. */
function startProcess(): ChildProcess {
  const file = builtFile("adapters/gguf/gguf-process.ts");
  return fork(file, [], { execArgv: [], serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
}

function rest(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function wake(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

/** The same question may pass another time; a file that crashed it will again. */
function crashed(name: ServerName, how: string, during: Question["type"]): ProviderError {
  const [what, advice] =
    during === "load"
      ? ["read the file", "try another file of this model"]
      : ["answered", "try again, or another file of this model"];
  return new ProviderError(`${name.server} crashed (${how}) while it ${what}: ${advice}`, {
    retryable: during !== "load",
  });
}

function complained(name: ServerName, words: string): ProviderError {
  const said = words.replace(/\s+/g, " ").trim().slice(0, 200);
  return new ProviderError(`${name.server} failed ("${said}"): ${name.whenDown}`, { retryable: false });
}
