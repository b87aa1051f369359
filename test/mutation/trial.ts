// One process of a mutation run: runs the tests that reach a mutant while it is switched on, mutant after mutant. A line of
// its outcome file says that a mutant begins, another what became of it.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { it, vi } from "vitest";
import { type CollectedTest, collect, runTest } from "./collected.ts";

interface Job {
  /** Test files, absolute. */
  readonly tests: readonly string[];
  /** Files with mutants, absolute: loaded in any case, for what is evaluated then. */
  readonly sources: readonly string[];
  readonly mutants: readonly string[];
  readonly outcomes: string;
  /** Where the first process notes which test reaches which mutant, for the others. */
  readonly coverage: string;
}

/** What the code that Stryker's instrumenter has put in reads and counts. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount: number;
  hitLimit: number;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> };
}
type Hits = Record<string, number>;

interface Coverage {
  /** Times that each test came by each mutant, by file and number of the test. */
  readonly hits: Record<string, Hits>;
  readonly ms: Record<string, number>;
  readonly loading: Hits;
}

/** A mutant that a test comes by so many times as often as usual runs for ever. */
const HITS_BEFORE_ENDLESS = 20;
const LEAST_HITS_BEFORE_ENDLESS = 20_000;
/** A test that waits for so long, or so many times as long as usual, waits for ever. */
const LONGEST_WAIT_MS = 4_000;
const LONGEST_WAIT_TIMES = 20;
/** Tests that take so long are announced, so that nobody takes their silence for a loop. */
const LONG_TEST_MS = 200;

const everywhere = globalThis as { __stryker__?: Switch };
everywhere.__stryker__ ??= { hitCount: 0, hitLimit: 0 };
const stryker = everywhere.__stryker__;
const job: Job = JSON.parse(readFileSync(process.env.MUTATION_JOB ?? "", "utf8"));
let files = new Map<string, Promise<readonly CollectedTest[]>>();

const testsOf = (file: string) => {
  const known = files.get(file) ?? collect(() => import(/* @vite-ignore */ file));
  files.set(file, known);
  return known;
};

/** @returns why it failed; `undefined` when it did not. */
async function failureOf(id: string, usualMs = 60_000): Promise<string | undefined> {
  const [file = "", number] = id.split("#");
  const test = (await testsOf(file))[Number(number)];
  if (test === undefined) throw new Error(`${id} is gone`);
  const late = new AbortController();
  try {
    const end = setTimeout(Math.max(LONGEST_WAIT_MS, LONGEST_WAIT_TIMES * usualMs), "late", { signal: late.signal });
    end.catch(() => undefined);
    if ((await Promise.race([runTest(test), end])) === "late") {
      vi.restoreAllMocks();
      return "endless";
    }
    return undefined;
  } catch (error) {
    vi.restoreAllMocks();
    return String(error);
  } finally {
    late.abort();
  }
}

async function measureCoverage(): Promise<Coverage> {
  const ms: Record<string, number> = {};
  const failed: string[] = [];
  for (const file of job.sources) await import(/* @vite-ignore */ file);
  for (const file of job.tests) await testsOf(file);
  for (const file of job.tests) {
    for (const [number, { name }] of (await testsOf(file)).entries()) {
      const id = `${file}#${number}`;
      stryker.currentTestId = id;
      const began = performance.now();
      const failure = await failureOf(id);
      ms[id] = performance.now() - began;
      stryker.currentTestId = undefined;
      if (failure !== undefined) failed.push(`${file}: ${name}: ${failure}`);
    }
  }
  if (failed.length > 0) throw new Error(`Tests that fail without a mutant:\n${failed.join("\n")}`);
  const { perTest = {}, static: loading = {} } = stryker.mutantCoverage ?? {};
  return { hits: perTest, ms, loading };
}

/** @returns what became of a mutant, and the test that failed. */
async function outcomeOf(mutant: string, coverage: Coverage): Promise<{ status: string; by?: string }> {
  const reaching = Object.keys(coverage.hits).filter((id) => mutant in (coverage.hits[id] ?? {}));
  if (reaching.length === 0) return { status: mutant in coverage.loading ? "left out" : "not reached" };
  const msOf = (id: string) => coverage.ms[id] ?? 0;
  const tests = reaching.sort((a, b) => msOf(a) - msOf(b));
  const first = await tried(mutant, tests, coverage);
  if (first.status !== "survived") return first;
  // What a module has kept from before may hide a mutant: once more with modules that are loaded anew.
  vi.resetModules();
  files = new Map();
  const quick = tests.filter((id) => msOf(id) < LONG_TEST_MS);
  for (const file of new Set(quick.map((id) => id.split("#")[0] ?? ""))) await testsOf(file);
  return tried(mutant, quick, coverage);
}

async function tried(mutant: string, tests: readonly string[], { hits, ms }: Coverage) {
  for (const id of tests) {
    if ((ms[id] ?? 0) > LONG_TEST_MS) note({ takesMs: ms[id] });
    stryker.hitCount = 0;
    stryker.hitLimit = Math.max(LEAST_HITS_BEFORE_ENDLESS, (hits[id]?.[mutant] ?? 0) * HITS_BEFORE_ENDLESS);
    stryker.activeMutant = mutant;
    const failure = await failureOf(id, ms[id]);
    stryker.activeMutant = undefined;
    if (failure === "endless" || stryker.hitCount > stryker.hitLimit) return { status: "endless", by: id };
    if (failure !== undefined) return { status: "caught", by: id };
  }
  return { status: "survived" };
}

function note(line: object): void {
  appendFileSync(job.outcomes, `${JSON.stringify(line)}\n`);
}

it("tries mutants", { timeout: 0 }, async () => {
  // What a mutant leaves behind to fail later is no test's failure.
  process.on("unhandledRejection", () => undefined);
  const coverage: Coverage = existsSync(job.coverage)
    ? JSON.parse(readFileSync(job.coverage, "utf8"))
    : await measureCoverage();
  writeFileSync(job.coverage, JSON.stringify(coverage));
  for (const mutant of job.mutants) {
    note({ begins: mutant });
    const outcome = await outcomeOf(mutant, coverage);
    note({ mutant, ...outcome });
    // A test that fails without the mutant too has kept something of it.
    if (outcome.by !== undefined && (await failureOf(outcome.by, coverage.ms[outcome.by])) !== undefined) {
      note({ startsAnew: mutant });
      process.exit(0);
    }
  }
});
