import { setMaxListeners } from "node:events";

/** What the process says when it ends. */
export const EXIT = { done: 0, doneWithFailures: 1, wrongUse: 2, nothingDone: 3, interrupted: 130 } as const;

/** A signal that Ctrl-C (or a polite kill) aborts. A second Ctrl-C ends the process without waiting. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  // As many wait on it as work at once, such as every image of a lab that is to be measured: that is no leak.
  setMaxListeners(0, controller.signal);
  const interrupt = (name: NodeJS.Signals) => {
    // By the signal itself: an orderly exit takes networks from under threads that run them, and ends in their words.
    if (controller.signal.aborted) {
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    }
    controller.abort(new DOMException("interrupted by the user", "AbortError"));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}
