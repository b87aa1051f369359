import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { writeFileAtomic } from "../../platform/write-file-atomic.ts";
import { thresholdSentence } from "../results/thresholds.ts";
import { isRefusal } from "../runner/call-record.ts";
import type { ScoredRun } from "./write-report.ts";

/** One thing that a run has to do, as continuous integration shows it. */
interface Check {
  readonly cell: string;
  readonly name: string;
  /** What is wrong; `null` when it holds. */
  readonly problem: string | null;
}

/** What a run has to do: its thresholds, and an answer to every call that no threshold allows to fail. */
export function checksOf({ summary, thresholds, records }: ScoredRun): readonly Check[] {
  const ruled = new Set(thresholds.map(({ metric }) => metric));
  const answered = summary.cells
    .filter(({ usage }) => usage.calls > 0)
    .map(({ cell }): Check => {
      const failures = records.filter((one) => one.cell === cell.id && one.failure !== null && !ruled.has(rateOf(one)));
      const [first] = failures;
      const problem = first === undefined ? null : `${failures.length} without: ${first.failure?.message}`;
      return { cell: cell.id, name: "every call is answered", problem };
    });
  const held = thresholds.map(
    (one): Check => ({
      cell: one.cell,
      name: `${one.metric.replaceAll("_", " ")}, ${one.wanted}`,
      problem: one.state === "passed" ? null : thresholdSentence(one),
    }),
  );
  return [...answered, ...held];
}

/** The rate that a call without an answer adds to. */
function rateOf(record: ScoredRun["records"][number]): string {
  return isRefusal(record) ? "refusal_rate" : "failure_rate";
}

/** How our files begin, and those of other programs, which have such suites too, do not. */
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- written by kuleshov eval -->\n<testsuites name=';

/** @throws {ConfigurationError} if a file is there that no earlier run wrote. */
export async function checkJunitPlace(path: string): Promise<void> {
  const there = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return HEAD;
    throw new ConfigurationError(`Cannot write JUnit XML as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  if (there.startsWith(HEAD)) return;
  throw new ConfigurationError(`Cannot write JUnit XML as another file of that name is there: \`${path}\``);
}

/** Writes the checks of a run as JUnit XML, a suite for each condition. @throws {ConfigurationError} as `checkJunitPlace`. */
export async function writeJunit(path: string, scored: ScoredRun): Promise<void> {
  await checkJunitPlace(path);
  await writeFileAtomic(path, junitXml(scored));
}

function junitXml(scored: ScoredRun): string {
  const checks = checksOf(scored);
  const suites = scored.summary.cells.flatMap(({ cell }) => {
    const own = checks.filter((check) => check.cell === cell.id);
    if (own.length === 0) return [];
    const cases = own.map(({ name, problem }) => {
      const about = `name="${xml(name)}" classname="${xml(cell.id)}"`;
      if (problem === null) return `    <testcase ${about}/>`;
      return `    <testcase ${about}><failure message="${xml(problem)}"/></testcase>`;
    });
    return [`  <testsuite name="${xml(cell.id)}" ${counts(own)}>`, ...cases, "  </testsuite>"];
  });
  return [`${HEAD}"${xml(scored.file.name)}" ${counts(checks)}>`, ...suites, "</testsuites>", ""].join("\n");
}

function counts(checks: readonly Check[]): string {
  return `tests="${checks.length}" failures="${checks.filter(({ problem }) => problem !== null).length}"`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for an attribute; what XML 1.0 has no way to write becomes U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
    .replace(/[\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
