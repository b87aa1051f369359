import { parentPort, type TransferListItem } from "node:worker_threads";
import { type ErrorRecord, toErrorRecord } from "./worker-errors.ts";

/** What a pool sends to a worker: its data first, then requests, `close` at last. */
export type PoolMessage<Request> =
  | { readonly open: unknown }
  | { readonly id: number; readonly request: Request }
  | "close";

/** What a worker sends back: one per request, in the order of the requests, and `closed` at last. */
export type WorkerMessage<Response> =
  | { readonly id: number; readonly response: Response }
  | { readonly id: number; readonly error: ErrorRecord }
  | "closed";

/** A worker's answer, with the buffers that move to the main thread instead of being copied. */
interface WorkerAnswer<Response> {
  readonly response: Response;
  readonly transfer?: readonly TransferListItem[];
}

interface WorkerHandler<Request, Response> {
  handle(request: Request): Promise<WorkerAnswer<Response>>;
  /** Called once, after the last request: the thread may serve another pool then. */
  close(): Promise<void>;
}

/**
 * Answers the requests of one pool after another in this worker thread, one at a time. The last line of every worker
 * file. @param open makes what answers a pool, of the data that the pool gives its workers.
 *
 * @throws {Error} if called outside a worker thread.
 */
export function serveWorker<Data, Request, Response>(open: (data: Data) => WorkerHandler<Request, Response>): void {
  const port = parentPort;
  if (port === null) throw new Error("serveWorker must be called in a worker thread");
  let handler: WorkerHandler<Request, Response> | undefined;
  let turn: Promise<void> = Promise.resolve();
  port.on("message", (message: PoolMessage<Request>) => {
    turn = turn.then(async () => {
      if (message === "close") {
        // A network that never opened has nothing to close.
        await handler?.close().catch(() => undefined);
        handler = undefined;
        return port.postMessage("closed");
      }
      if ("open" in message) {
        handler = open(message.open as Data);
        return;
      }
      if (handler === undefined) throw new Error("A worker thread was asked before it was opened");
      const { answer, transfer } = await answerTo(handler, message.id, message.request);
      try {
        port.postMessage(answer, transfer);
      } catch (error) {
        // The answer holds something that cannot move between threads.
        port.postMessage({ id: message.id, error: toErrorRecord(error) });
      }
    });
  });
}

async function answerTo<Request, Response>(
  handler: WorkerHandler<Request, Response>,
  id: number,
  request: Request,
): Promise<{ answer: WorkerMessage<Response>; transfer: TransferListItem[] }> {
  try {
    const { response, transfer } = await handler.handle(request);
    return { answer: { id, response }, transfer: transfer === undefined ? [] : [...transfer] };
  } catch (error) {
    return { answer: { id, error: toErrorRecord(error) }, transfer: [] };
  }
}
