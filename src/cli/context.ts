import type { Command } from "commander";
import { bar, firstWords, plain, type TerminalStyle, wrap } from "../render/terminal-style.ts";
import type { SituationReading } from "../situations/read-situation.ts";
import type { NamedSituation } from "../situations/situation-table.ts";
import { EXIT } from "./exit.ts";
import { outputStyle, print } from "./output.ts";

interface ContextOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly about?: string;
}

export function register(program: Command): void {
  program
    .command("context")
    .description("which emotions and appraisals situations lead one to expect, without any face")
    .argument("<situations...>", "sentences, or tables (.csv, .tsv) with one situation per row")
    .option("--about <who>", "read it for this person, as the sentence calls them")
    .option("--json", "print JSON")
    .option("--csv", "print a table with one row per situation")
    .addHelpText(
      "after",
      '\nA table needs a column "situation" (or context, text, sentence, scenario, item); its other columns are kept.\n' +
        "Exit codes: 0 every situation was read, 1 some were not, 2 wrong use, 3 none was.",
    )
    .action(context);
}

async function context(given: readonly string[], options: ContextOptions): Promise<void> {
  const { readSituation } = await import("../situations/read-situation.ts");
  const about = options.about === undefined ? {} : { about: options.about };
  const named = (await Promise.all(given.map(situationsIn))).flat();
  const read = named.map((row) => ({ ...row, reading: readSituation(row.situation, about) }));
  process.exitCode = exitCodeOf(read.map(({ reading }) => reading));
  if (options.json) return print(`${JSON.stringify(read, null, 2)}\n`);
  if (options.csv || given.some(isTable)) {
    const { situationsCsv } = await import("../situations/situation-table.ts");
    return print(situationsCsv(read));
  }
  return print(read.map(({ situation, reading }) => renderSituation(situation, reading, outputStyle())).join("\n"));
}

function isTable(given: string): boolean {
  return /\.(?:csv|tsv)$/i.test(given);
}

async function situationsIn(given: string): Promise<NamedSituation[]> {
  if (!isTable(given)) return [{ situation: given, columns: {} }];
  const { readSituationTable } = await import("../situations/situation-table.ts");
  return readSituationTable(given);
}

function exitCodeOf(readings: readonly SituationReading[]): number {
  const unread = readings.filter(({ distribution }) => distribution === null).length;
  if (unread === 0) return EXIT.done;
  return unread === readings.length ? EXIT.nothingDone : EXIT.doneWithFailures;
}

const BAR_CELLS = 20;
const NAME_CELLS = 16;
/** Emotions that are hardly expected are not listed. */
const LISTED_FROM = 0.03;

/** What a situation leads one to expect, as a person reads it in a terminal. */
function renderSituation(situation: string, reading: SituationReading, style: TerminalStyle): string {
  const head = style.bold(wrap(plain(firstWords(situation)), style.columns));
  const { distribution, abstention, appraisals, turns, leftOut } = reading;
  const left = leftOut.length === 0 ? [] : [style.dim(`  left to the face: ${plain(leftOut.join("; "))}`)];
  if (distribution === null) return `${[head, `  ${style.doubtful("not read:")} ${abstention}`, ...left].join("\n")}\n`;
  const emotions = distribution.filter(({ probability }) => probability >= LISTED_FROM);
  return `${[
    head,
    ...emotions.map(({ label, probability }) => line(label, probability)),
    ...(turns.length === 0 ? [] : [style.dim(`  something is ${turns.join(" and ")}`)]),
    ...left,
    style.dim("  appraised, 0 to 1"),
    ...appraisals.map(({ name, value }) => line(name, value)),
  ].join("\n")}\n`;
}

function line(name: string, value: number): string {
  return `  ${name.padEnd(NAME_CELLS)}${bar(value, BAR_CELLS).padEnd(BAR_CELLS)} ${value.toFixed(2)}`;
}
