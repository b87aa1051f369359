import { setMaxListeners } from "node:events";
import { EXIT } from "./exit-codes.ts";

const LISTENERS_EXPECTED = 1000;

/** A signal that Ctrl-C (or a polite kill) aborts. A second Ctrl-C ends the process without waiting. */
export function interruptSignal(): AbortSignal {
  // Every tool call under way listens to this signal, or to one that LangGraph derives from it: several for each face.
  // That is no leak, and Node's warning of one would be noise.
  setMaxListeners(LISTENERS_EXPECTED);
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new DOMException("interrupted by the user", "AbortError"));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}
