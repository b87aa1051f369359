import { parentPort, type TransferListItem } from "node:worker_threads";
import { type ErrorRecord, toErrorRecord } from "./worker-errors.ts";

/** What the pool sends to a worker. */
export type PoolMessage<Request> = { readonly id: number; readonly request: Request } | "close";

/** What a worker sends back: one per request, in the order of the requests. */
export type WorkerMessage<Response> =
  | { readonly id: number; readonly response: Response }
  | { readonly id: number; readonly error: ErrorRecord };

/** A worker's answer, with the buffers that move to the main thread instead of being copied. */
interface WorkerAnswer<Response> {
  readonly response: Response;
  readonly transfer?: readonly TransferListItem[];
}

interface WorkerHandler<Request, Response> {
  handle(request: Request): Promise<WorkerAnswer<Response>>;
  /** Called once, after the last request, before the thread ends. */
  close(): Promise<void>;
}

/**
 * Answers a pool's requests in this worker thread, one at a time. The last line of every worker file.
 *
 * @throws {Error} if called outside a worker thread.
 */
export function serveWorker<Request, Response>(handler: WorkerHandler<Request, Response>): void {
  const port = parentPort;
  if (port === null) throw new Error("serveWorker must be called in a worker thread");
  let turn: Promise<void> = Promise.resolve();
  port.on("message", (message: PoolMessage<Request>) => {
    turn = turn.then(async () => {
      if (message === "close") {
        await handler.close();
        port.close();
        return;
      }
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
