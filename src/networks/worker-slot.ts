import { SHARE_ENV, type TransferListItem, Worker } from "node:worker_threads";
import { InferenceError } from "../domain/errors.ts";
import { fromErrorRecord } from "./worker-errors.ts";
import type { PoolMessage, WorkerMessage } from "./worker-server.ts";

/** One accepted request on its way. */
export interface Job<Request, Response> {
  readonly id: number;
  readonly request: Request;
  readonly transfer: readonly TransferListItem[];
  resolve(response: Response): void;
  reject(error: unknown): void;
}

/** One worker thread and the job it is on. */
export interface WorkerSlot<Request, Response> {
  busy(): boolean;
  /** Gives an idle worker its next job. */
  start(job: Job<Request, Response>): void;
  /** Asks an idle worker to close what it holds. Only should that hang is its thread taken down. */
  end(): Promise<void>;
}

interface SlotEvents {
  /** The worker is done with a job and can take the next. */
  onIdle(): void;
  /** The thread is gone, asked or not. */
  onGone(): void;
}

const END_TIMEOUT_MS = 5_000;
/** What a thread makes for an image is dropped with it. V8 would let it pile up to 48 MB in each thread before it looks. */
const YOUNG_MB = 12;

/**
 * Threads whose pool is closed, by worker file; they serve the next pool. A thread that has loaded onnxruntime must not end
 * before the process does: its binding keeps a reference to the thread that loaded it last, and the next thread to load
 * it frees that once more, which aborts the process (microsoft/onnxruntime#23794).
 */
const parked = new Map<string, Worker[]>();

/** Takes or starts a worker thread. It keeps the process alive only while it has a job. */
export function createSlot<Request, Response>(
  workerFile: URL | string,
  workerData: unknown,
  { onIdle, onGone }: SlotEvents,
): WorkerSlot<Request, Response> {
  // It outlives its pool, so it sees the environment as it is then.
  // Flags of the main process (loaders, --input-type) are not meant for built worker files.
  const worker =
    parked.get(String(workerFile))?.pop() ??
    new Worker(workerFile, { execArgv: [], env: SHARE_ENV, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const open: PoolMessage<Request> = { open: workerData };
  worker.postMessage(open);
  worker.unref();
  let current: Job<Request, Response> | undefined;
  let crash: unknown;

  const release = (): Job<Request, Response> | undefined => {
    const job = current;
    current = undefined;
    worker.unref();
    return job;
  };
  let onEnd: ((how: "closed" | "gone") => void) | undefined;
  const ended = new Promise<"closed" | "gone">((resolve) => {
    onEnd = resolve;
  });
  const listeners = {
    exit(code: number) {
      release()?.reject(crashError(crash, code));
      onGone();
      onEnd?.("gone");
    },
    error(error: unknown) {
      crash = error;
    },
    message(message: WorkerMessage<Response>) {
      if (message === "closed") return onEnd?.("closed");
      const job = release();
      if ("error" in message) job?.reject(fromErrorRecord(message.error));
      else job?.resolve(message.response);
      onIdle();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);

  return {
    busy: () => current !== undefined,
    start(job) {
      const message: PoolMessage<Request> = { id: job.id, request: job.request };
      try {
        worker.postMessage(message, job.transfer);
        worker.ref();
        current = job;
      } catch (error) {
        job.reject(error);
      }
    },
    async end() {
      worker.ref();
      worker.postMessage("close" satisfies PoolMessage<Request>);
      if ((await withinPatience(ended)) !== "closed") return void (await worker.terminate());
      // Not removeAllListeners: it takes listeners of Node's own away too.
      for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
      worker.unref();
      const others = parked.get(String(workerFile)) ?? [];
      parked.set(String(workerFile), [...others, worker]);
    },
  };
}

/** What comes of it, `undefined` when it takes too long. */
async function withinPatience<T>(outcome: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), END_TIMEOUT_MS);
  });
  try {
    return await Promise.race([outcome, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function crashError(cause: unknown, code: number): InferenceError {
  const why = cause instanceof Error ? cause.message : `exit code ${code}`;
  return new InferenceError(`A worker thread crashed (${why}): the next call gets a new one`, { cause });
}
