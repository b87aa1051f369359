// Stands in for Vitest's `it` and its kin in a mutation run: keeps the tests of a file, to be run again and again.
import { expect, vi } from "vitest";

export { expect, vi };

type Step = () => unknown;
export interface CollectedTest {
  readonly name: string;
  readonly steps: { readonly before: readonly Step[]; readonly after: readonly Step[] };
  readonly body: Step;
}

interface Suite {
  readonly name: string;
  readonly before: Step[];
  readonly after: Step[];
}

interface Kept {
  suites: Suite[];
  tests: CollectedTest[];
  finishers: Step[];
}

/** Files are loaded anew while their tests are kept, so that this lives outside of the module. */
const everywhere = globalThis as { keptTests?: Kept };
everywhere.keptTests ??= { suites: [], tests: [], finishers: [] };
const state: Kept = everywhere.keptTests;

/** The tests that a file holds. */
export async function collect(load: () => Promise<unknown>): Promise<readonly CollectedTest[]> {
  state.suites = [{ name: "", before: [], after: [] }];
  state.tests = [];
  await load();
  return state.tests;
}

/** Runs one test with what belongs before and after it. @throws what made it fail. */
export async function runTest({ steps, body }: CollectedTest): Promise<void> {
  state.finishers = [];
  try {
    for (const step of steps.before) await step();
    await body();
  } finally {
    for (const step of [...state.finishers].reverse()) await step();
    for (const step of steps.after) await step();
  }
}

function addTest(name: string, ...rest: readonly unknown[]): void {
  const body = rest.find((part) => typeof part === "function") as Step;
  const named = [...state.suites.map((suite) => suite.name), name].filter((part) => part !== "").join(" > ");
  const suites = [...state.suites];
  state.tests.push({
    name: named,
    steps: {
      get before() {
        return suites.flatMap((suite) => suite.before);
      },
      get after() {
        return suites.flatMap((suite) => suite.after);
      },
    },
    body,
  });
}

function each(cases: readonly unknown[]) {
  return (name: string, ...rest: readonly unknown[]) => {
    const body = rest.find((part) => typeof part === "function") as (...values: readonly unknown[]) => unknown;
    for (const [index, one] of cases.entries()) {
      const values = Array.isArray(one) ? one : [one];
      addTest(`${name} (${index + 1}: ${String(values[0]).slice(0, 60)})`, () => body(...values));
    }
  };
}

export const it = Object.assign(addTest, { each });
export const test = it;
export function describe(name: string, body: () => void): void {
  state.suites.push({ name, before: [], after: [] });
  body();
  state.suites.pop();
}
export const beforeEach = (step: Step) => state.suites.at(-1)?.before.push(step);
export const afterEach = (step: Step) => state.suites.at(-1)?.after.push(step);
export const onTestFinished = (step: Step) => state.finishers.push(step);
