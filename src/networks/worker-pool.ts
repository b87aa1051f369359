import type { TransferListItem } from "node:worker_threads";
import { InferenceError } from "../domain/errors.ts";
import { createSlot, type Job, type WorkerSlot } from "./worker-slot.ts";

/** Worker threads that answer requests, first come first served. */
export interface WorkerPool<Request, Response> {
  /**
   * Answers one request in the next free worker. An error thrown there arrives here as the same class.
   *
   * When `signal` aborts, this rejects with its reason at once; a run under way cannot be interrupted, so its worker
   * stays busy until it is done and its answer is dropped.
   *
   * @throws {InferenceError} if the worker crashed (the next request gets a new one) or the pool is closed.
   */
  run(request: Request, transfer?: readonly TransferListItem[], signal?: AbortSignal): Promise<Response>;
  /**
   * Finishes what was accepted, then has the threads close what they hold. Never kills a thread during a run: that aborts
   * the process.
   */
  close(): Promise<void>;
}

interface WorkerPoolOptions {
  /** Given to what answers in every worker, before the first request. */
  readonly workerData?: unknown;
}

/** A thread takes as long to start, and to load its networks, as to answer several requests: few are left to the first. */
const LEFT_TO_THE_FIRST = 2;

/**
 * A pool over a built worker file (see package-paths.ts) that ends in `serveWorker(...)`. One thread starts on first need,
 * others when requests still wait after it has answered two; at most `size` of them, and idle ones do not keep the
 * process alive.
 */
export function createWorkerPool<Request, Response>(
  workerFile: URL | string,
  size: number,
  { workerData }: WorkerPoolOptions = {},
): WorkerPool<Request, Response> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`A worker pool needs at least 1 worker, not ${size}`);
  const slots = new Set<WorkerSlot<Request, Response>>();
  const queue: Job<Request, Response>[] = [];
  let [accepted, answered] = [0, 0];
  let closing: Promise<void> | undefined;
  let onDrained: (() => void) | undefined;

  function dispatch(): void {
    for (let slot = freeSlot(); queue.length > 0 && slot !== undefined; slot = freeSlot()) {
      const job = queue.shift();
      if (job !== undefined) slot.start(job);
    }
    if (queue.length === 0 && ![...slots].some((slot) => slot.busy())) onDrained?.();
  }

  function freeSlot(): WorkerSlot<Request, Response> | undefined {
    const idle = [...slots].find((slot) => !slot.busy());
    const mayStart = slots.size === 0 || (slots.size < size && answered >= LEFT_TO_THE_FIRST);
    return idle ?? (queue.length > 0 && mayStart ? addSlot() : undefined);
  }

  function addSlot(): WorkerSlot<Request, Response> {
    const onGone = () => {
      slots.delete(slot);
      dispatch();
    };
    const onIdle = () => {
      answered += 1;
      dispatch();
    };
    const slot = createSlot<Request, Response>(workerFile, workerData, { onIdle, onGone });
    slots.add(slot);
    return slot;
  }

  async function drainAndEnd(): Promise<void> {
    await new Promise<void>((resolve) => {
      onDrained = resolve;
      dispatch();
    });
    await Promise.all([...slots].map((slot) => slot.end()));
  }

  return {
    async run(request, transfer = [], signal) {
      if (closing !== undefined) throw new InferenceError("The worker pool is closed");
      signal?.throwIfAborted();
      return abortable(signal, (resolve, reject) => {
        const job: Job<Request, Response> = { id: ++accepted, request, transfer, resolve, reject };
        queue.push(job);
        dispatch();
        return () => {
          const waiting = queue.indexOf(job);
          if (waiting >= 0) queue.splice(waiting, 1);
          dispatch();
        };
      });
    },
    close() {
      closing ??= drainAndEnd();
      return closing;
    },
  };
}

/** A promise that rejects as soon as `signal` aborts; `start` returns what is to be undone then. */
async function abortable<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const undo = start(resolve, reject);
      onAbort = () => {
        reject(signal?.reason);
        undo();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  } finally {
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
  }
}
