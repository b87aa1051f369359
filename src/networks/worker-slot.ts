import { type TransferListItem, Worker } from "node:worker_threads";
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
  /** Asks an idle worker to end. Only should something hold it open after that is it taken down. */
  end(): Promise<void>;
}

interface SeatEvents {
  /** The worker is done with a job and can take the next. */
  onIdle(): void;
  /** The thread is gone, asked or not. */
  onGone(): void;
}

const END_TIMEOUT_MS = 5_000;

/** Starts a worker thread. It keeps the process alive only while it has a job. */
export function createSlot<Request, Response>(
  workerFile: URL | string,
  workerData: unknown,
  { onIdle, onGone }: SeatEvents,
): WorkerSlot<Request, Response> {
  // Flags of the main process (loaders, --input-type) are not meant for built worker files.
  const worker = new Worker(workerFile, { workerData, execArgv: [] });
  worker.unref();
  let current: Job<Request, Response> | undefined;
  let crash: unknown;

  const release = (): Job<Request, Response> | undefined => {
    const job = current;
    current = undefined;
    worker.unref();
    return job;
  };
  const gone = new Promise<void>((resolve) => {
    worker.once("exit", (code) => {
      release()?.reject(crashError(crash, code));
      onGone();
      resolve();
    });
  });
  worker.on("error", (error) => {
    crash = error;
  });
  worker.on("message", (message: WorkerMessage<Response>) => {
    const job = release();
    if ("error" in message) job?.reject(fromErrorRecord(message.error));
    else job?.resolve(message.response);
    onIdle();
  });

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
    end: () => endWorker(worker, gone),
  };
}

async function endWorker(worker: Worker, gone: Promise<void>): Promise<void> {
  worker.ref();
  worker.postMessage("close");
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_TIMEOUT_MS);
  });
  await Promise.race([gone, patience]);
  clearTimeout(timer);
  await worker.terminate();
}

function crashError(cause: unknown, code: number): InferenceError {
  const why = cause instanceof Error ? cause.message : `exit code ${code}`;
  return new InferenceError(`A worker thread crashed (${why}): the next call gets a new one`, { cause });
}
