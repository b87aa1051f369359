import { type TransferListItem, Worker } from "node:worker_threads";
import { InferenceError } from "../domain/errors.ts";
import { fromErrorRecord } from "./worker-errors.ts";
import type { PoolMessage, WorkerMessage } from "./worker-server.ts";

/** Worker threads that answer requests, first come first served. */
export interface WorkerPool<Request, Response> {
  /**
   * Answers one request in the next free worker. An error thrown there arrives here as the same class.
   *
   * When `signal` aborts, this rejects with its reason at once; a run under way cannot be interrupted, so its worker
   * stays busy until it is done and its answer is dropped.
   *
   * @throws {InferenceError} if the worker crashed; the next request gets a new one.
   */
  run(request: Request, transfer?: readonly TransferListItem[], signal?: AbortSignal): Promise<Response>;
  /** Finishes what was accepted, then ends the threads. Never kills a thread during a run: that aborts the process. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  /** Given to every worker as `workerData`. */
  readonly workerData?: unknown;
}

interface Job<Request, Response> {
  readonly id: number;
  readonly request: Request;
  readonly transfer: readonly TransferListItem[];
  resolve(response: Response): void;
  reject(error: unknown): void;
  /** Stops listening to the caller's signal. */
  release(): void;
}

interface Seat<Request, Response> {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  job: Job<Request, Response> | undefined;
}

const CLOSE_TIMEOUT_MS = 5_000;

/**
 * A pool over a built worker file (see package-paths.ts) that ends in `serveWorker(...)`. Threads start on first need,
 * at most `size` of them, and idle ones do not keep the process alive.
 */
export function createWorkerPool<Request, Response>(
  workerFile: URL | string,
  size: number,
  options: WorkerPoolOptions = {},
): WorkerPool<Request, Response> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`A worker pool needs at least 1 worker, not ${size}`);
  const seats = new Set<Seat<Request, Response>>();
  const queue: Job<Request, Response>[] = [];
  let nextId = 1;
  let closing: Promise<void> | undefined;
  let drained: (() => void) | undefined;

  function dispatch(): void {
    while (queue.length > 0) {
      const seat = [...seats].find(({ job }) => job === undefined) ?? (seats.size < size ? addSeat() : undefined);
      if (seat === undefined) return;
      const job = queue.shift();
      if (job !== undefined) start(seat, job);
    }
    if ([...seats].every(({ job }) => job === undefined)) drained?.();
  }

  function start(seat: Seat<Request, Response>, job: Job<Request, Response>): void {
    seat.job = job;
    seat.worker.ref();
    const message: PoolMessage<Request> = { id: job.id, request: job.request };
    try {
      seat.worker.postMessage(message, job.transfer);
    } catch (error) {
      finish(seat);
      job.reject(error);
    }
  }

  function finish(seat: Seat<Request, Response>): void {
    seat.job?.release();
    seat.job = undefined;
    seat.worker.unref();
  }

  function addSeat(): Seat<Request, Response> {
    const worker = new Worker(workerFile, { workerData: options.workerData });
    worker.unref();
    let crash: unknown;
    const seat: Seat<Request, Response> = {
      worker,
      job: undefined,
      ended: new Promise((resolve) => {
        worker.once("exit", (code) => {
          seats.delete(seat);
          const { job } = seat;
          job?.release();
          job?.reject(crashError(crash, code));
          seat.job = undefined;
          resolve();
          dispatch();
        });
      }),
    };
    worker.on("error", (error) => {
      crash = error;
    });
    worker.on("message", (message: WorkerMessage<Response>) => {
      const { job } = seat;
      finish(seat);
      if ("error" in message) job?.reject(fromErrorRecord(message.error));
      else job?.resolve(message.response);
      dispatch();
    });
    seats.add(seat);
    return seat;
  }

  async function closeAll(): Promise<void> {
    await new Promise<void>((resolve) => {
      drained = resolve;
      dispatch();
    });
    await Promise.all([...seats].map(endSeat));
  }

  return {
    run(request, transfer = [], signal) {
      if (closing !== undefined) return Promise.reject(new InferenceError("The worker pool is closed"));
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise<Response>((resolve, reject) => {
        const job = createJob({ id: nextId++, request, transfer, resolve, reject }, signal, () => {
          const waiting = queue.indexOf(job);
          if (waiting >= 0) queue.splice(waiting, 1);
          dispatch();
        });
        queue.push(job);
        dispatch();
      });
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function createJob<Request, Response>(
  parts: Omit<Job<Request, Response>, "release">,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Job<Request, Response> {
  const abort = () => {
    onAbort();
    parts.reject(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  return { ...parts, release: () => signal?.removeEventListener("abort", abort) };
}

/** Asks an idle worker to end, and only then, should something hold it open, takes it down. */
async function endSeat({ worker, ended }: Seat<unknown, unknown>): Promise<void> {
  worker.ref();
  worker.postMessage("close");
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  await Promise.race([ended, patience]);
  clearTimeout(timer);
  await worker.terminate();
}

function crashError(cause: unknown, code: number): InferenceError {
  const why = cause instanceof Error ? cause.message : `exit code ${code}`;
  return new InferenceError(`A worker thread crashed (${why}): the other workers go on, repeat this call`, { cause });
}
