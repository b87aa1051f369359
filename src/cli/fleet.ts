import { type Command, Option } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import type { FleetStatus } from "../domain/fleet.ts";
import type { FleetQueue } from "../ports/fleet-queue.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { showMerged } from "./merge.ts";
import { note, print } from "./output.ts";
import { positiveAmount, positiveNumber, runOptions } from "./run-options.ts";

interface DatabaseOption {
  readonly database?: string;
}

const databaseOption = () =>
  new Option(
    "--database <address>",
    "PostgreSQL that all machines reach, as postgres://user@host/database (or KULESHOV_DATABASE)",
  );

export function register(program: Command): void {
  const fleet = program.command("fleet").description("work on a study with many machines that share a PostgreSQL");
  fleet
    .command("plan")
    .description("put a command in, shard by shard")
    .argument("<run>", "a name for it, as in study-1")
    .argument("<command...>", "what to run, after --, as in -- measure images/ --fps 10")
    .requiredOption("--shards <number>", "how many jobs to make of it", positiveNumber)
    .option("--lease <seconds>", "how long a worker may be silent before its job is taken over", positiveNumber, 60)
    .option("--budget-usd <number>", "what all workers together may spend, by the providers' prices", positiveAmount)
    .option("--budget-tokens <number>", "tokens that all workers together may use", positiveNumber)
    .option("--calls-per-minute <number>", "requests to models that all workers together make", positiveNumber)
    .option("--resume", "go on with the run of this name: with other limits, and with what was set aside")
    .option("--force", "remove the run of this name with its results, and start it anew")
    .addOption(databaseOption())
    .addHelpText("after", "\nkuleshov fleet plan study-1 --shards 200 -- measure images/ --fps 10")
    .action((run: string, words: readonly string[], options: PlanOptions) => {
      checkWords(program, words);
      return plan(run, words, options);
    });
  fleet
    .command("work")
    .description("work on one job after another until the run is over; start it once for each core or two of a machine")
    .argument("<run>")
    .option("--scratch <folder>", "where shards lie until they are done (default: the system's temporary folder)")
    .addOption(databaseOption())
    .action(work);
  fleet
    .command("status")
    .description("show how far a run is, and what was set aside")
    .argument("<run>")
    .option("--json", "print one JSON object")
    .option("--html <file>", "write it as a page, too")
    .addOption(databaseOption())
    .action(status);
  fleet
    .command("merge")
    .description("put the results of all jobs together into what one machine would have written")
    .argument("<run>")
    .addOption(runOptions.out("what the command writes").makeOptionMandatory())
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(databaseOption())
    .action(mergeAll);
}

async function withQueue<T>(
  options: DatabaseOption,
  use: (queue: FleetQueue, database: string) => Promise<T>,
): Promise<T> {
  const { openFleetQueue } = await import("../compose/fleet.ts");
  const { queue, database } = await openFleetQueue(options.database, note);
  try {
    return await use(queue, database);
  } finally {
    await queue.close();
  }
}

/** Options that every job is given its own of. */
const OWN_OPTIONS = /^--(out|shard|resume|force)(=|$)/;
const FLEET_OPTIONS = /^--budget-(usd|tokens)(=|$)/;

/** @throws {ConfigurationError} if the words are no command that can be run in shards. */
function checkWords(program: Command, words: readonly string[]): void {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  if (!command.options.some(({ long }) => long === "--shard")) {
    throw new ConfigurationError(`Cannot plan \`kuleshov ${words[0]}\` for a fleet as it has no --shard`);
  }
  const own = words.find((word) => OWN_OPTIONS.test(word) || word === "--");
  if (own !== undefined) throw new ConfigurationError(`Leave out ${own}: every job is given its own`);
  const limit = words.find((word) => FLEET_OPTIONS.test(word));
  if (limit !== undefined) {
    throw new ConfigurationError(`Name ${limit} before --: behind it, it would be each job's own and not the fleet's`);
  }
}

interface PlanOptions extends DatabaseOption {
  readonly shards: number;
  readonly lease: number;
  readonly budgetUsd?: number;
  readonly budgetTokens?: number;
  readonly callsPerMinute?: number;
  readonly resume?: true;
  readonly force?: true;
}

async function plan(name: string, words: readonly string[], options: PlanOptions): Promise<void> {
  const { lease: leaseSeconds, database: _database, ...rest } = options;
  const { planFleet } = await import("../fleet.ts");
  const waiting = await withQueue(options, (queue) =>
    planFleet({ name, words: [...words], leaseSeconds, ...rest }, queue),
  );
  await print(`${waiting} ${waiting === 1 ? "job waits" : "jobs wait"}: kuleshov fleet work ${name}\n`);
}

async function work(name: string, options: DatabaseOption & { readonly scratch?: string }): Promise<void> {
  const signal = interruptSignal();
  const { workForFleet } = await import("../fleet.ts");
  const { done, failed, gaveUp } = await withQueue(options, (queue, database) =>
    workForFleet({ name, scratch: options.scratch, notify: note }, { queue, database }, signal),
  );
  await print(`${done} ${done === 1 ? "job" : "jobs"} done here, ${failed} failed.\n`);
  if (gaveUp !== null) note(`This worker ends: ${gaveUp}`);
  if (signal.aborted) {
    note("Interrupted: the job was given back.");
    process.exitCode = EXIT.interrupted;
  } else if (gaveUp !== null) process.exitCode = EXIT.nothingDone;
  else if (failed > 0) process.exitCode = EXIT.doneWithFailures;
}

interface StatusOptions extends DatabaseOption {
  readonly json?: true;
  readonly html?: string;
}

async function status(name: string, options: StatusOptions): Promise<void> {
  const { fleetState } = await import("../fleet.ts");
  const state = await withQueue(options, (queue) => fleetState(name, queue));
  if (options.html !== undefined) {
    const { fleetPage } = await import("../pages/fleet-page.tsx");
    const { writeFileAtomic } = await import("../platform/write-file-atomic.ts");
    await writeFileAtomic(options.html, fleetPage(state, new Date().toISOString()));
  }
  await print(
    options.json
      ? `${JSON.stringify(state, null, 2)}\n`
      : statusLines(state)
          .map((line) => `${line}\n`)
          .join(""),
  );
}

function statusLines({
  plan: of,
  jobs,
  workers,
  deadLetters,
  resultBytes,
  calls,
  spent,
  stopped,
}: FleetStatus): string[] {
  const { name, words, shards } = of;
  const asked = calls.answered + calls.failed + calls.underWay + calls.lost > 0;
  return [
    `${name}  kuleshov ${words.join(" ")}`,
    `${jobs.done} of ${shards} shards done, ${jobs.working} worked on, ${jobs.waiting} waiting, ${jobs.setAside} set aside; ${(resultBytes / 1e6).toFixed(1)} MB of results`,
    ...(stopped === null ? [] : [`Nobody works on: ${stopped}. fleet plan --resume with another budget goes on`]),
    ...(asked ? [callsLine(calls), spentLine(spent, of)] : []),
    ...workers.map(({ worker, shard, seconds }) => `  shard ${shard}: ${worker}, for ${seconds} s`),
    ...(deadLetters.length === 0 ? [] : ["Set aside after three tries; fleet plan --resume tries them again:"]),
    ...deadLetters.map(({ shard, reason }) => `  shard ${shard}: ${reason}`),
  ];
}

function callsLine({ answered, failed, underWay, lost }: FleetStatus["calls"]): string {
  return `${answered} requests to models answered, ${failed} failed, ${underWay} under way, ${lost} whose answer never came back (their worker was killed), each of which may have been paid`;
}

function spentLine({ tokens, usd }: FleetStatus["spent"], { budgetTokens, budgetUsd }: FleetStatus["plan"]): string {
  const of = (budget: number | null) => (budget === null ? "" : ` of ${budget}`);
  return `${Math.round(tokens)}${of(budgetTokens)} tokens, ${usd.toFixed(4)}${of(budgetUsd)} USD`;
}

interface MergeOptions extends DatabaseOption {
  readonly out: string;
  readonly resume?: true;
  readonly force?: true;
}

async function mergeAll(name: string, options: MergeOptions): Promise<void> {
  const signal = interruptSignal();
  const { mergeFleet } = await import("../fleet.ts");
  await withQueue(options, (queue) =>
    showMerged(options, (query, dependencies) => mergeFleet(name, query, { ...dependencies, queue }, signal), signal),
  );
}
