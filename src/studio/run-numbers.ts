import { createWorkerPool } from "../networks/worker-pool.ts";
import { builtFile } from "../platform/package-paths.ts";
import type { NumbersOrder, NumbersWork } from "./numbers-worker.ts";

type AskFor = <W extends keyof NumbersWork>(work: W, ...of: Parameters<NumbersWork[W]>) => ReturnType<NumbersWork[W]>;

/** What is worked out of evaluations, in a thread of its own: of many answers it takes long, and pages are served meanwhile. */
export interface RunNumbers {
  readonly ask: AskFor;
  close(): Promise<void>;
}

export function createRunNumbers(): RunNumbers {
  const pool = createWorkerPool<NumbersOrder, unknown>(builtFile("studio/numbers-worker.ts"), 1);
  return {
    ask: ((work, ...of) => pool.run({ work, of })) as AskFor,
    close: () => pool.close(),
  };
}
