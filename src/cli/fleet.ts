import { type Command, Option } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import type { FleetStatus } from "../domain/fleet.ts";
import type { FleetQueue } from "../ports/fleet-queue.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { showMerged } from "./merge.ts";
import { note, print } from "./output.ts";
import { positiveNumber, runOptions } from "./run-options.ts";

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
    .option("--resume", "try again what was set aside")
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

async function withQueue<T>({ database }: DatabaseOption, use: (queue: FleetQueue) => Promise<T>): Promise<T> {
  const { openFleetQueue } = await import("../compose/fleet.ts");
  const queue = await openFleetQueue(database, note);
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

/** Options that every job is given its own of. */
const OWN_OPTIONS = /^--(out|shard|resume|force)(=|$)/;

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
}

interface PlanOptions extends DatabaseOption {
  readonly shards: number;
  readonly lease: number;
  readonly resume?: true;
  readonly force?: true;
}

async function plan(name: string, words: readonly string[], options: PlanOptions): Promise<void> {
  const { shards, lease: leaseSeconds, resume, force } = options;
  const { planFleet } = await import("../fleet.ts");
  const waiting = await withQueue(options, (queue) =>
    planFleet({ name, words: [...words], shards, leaseSeconds, resume, force }, queue),
  );
  await print(`${waiting} ${waiting === 1 ? "job waits" : "jobs wait"}: kuleshov fleet work ${name}\n`);
}

async function work(name: string, options: DatabaseOption & { readonly scratch?: string }): Promise<void> {
  const signal = interruptSignal();
  const { workForFleet } = await import("../fleet.ts");
  const { done, failed, gaveUp } = await withQueue(options, (queue) =>
    workForFleet({ name, scratch: options.scratch, notify: note }, { queue }, signal),
  );
  await print(`${done} ${done === 1 ? "job" : "jobs"} done here, ${failed} failed.\n`);
  if (gaveUp !== null) note(`This worker ends, as it seems that it can do no job: ${gaveUp}`);
  if (signal.aborted) {
    note("Interrupted: the job was given back.");
    process.exitCode = EXIT.interrupted;
  } else if (gaveUp !== null) process.exitCode = EXIT.nothingDone;
  else if (failed > 0) process.exitCode = EXIT.doneWithFailures;
}

async function status(name: string, options: DatabaseOption & { readonly json?: true }): Promise<void> {
  const { fleetState } = await import("../fleet.ts");
  const state = await withQueue(options, (queue) => fleetState(name, queue));
  await print(
    options.json
      ? `${JSON.stringify(state, null, 2)}\n`
      : statusLines(state)
          .map((line) => `${line}\n`)
          .join(""),
  );
}

function statusLines({
  plan: { name, words, shards },
  jobs,
  workers,
  deadLetters,
  resultBytes,
}: FleetStatus): string[] {
  return [
    `${name}  kuleshov ${words.join(" ")}`,
    `${jobs.done} of ${shards} shards done, ${jobs.working} worked on, ${jobs.waiting} waiting, ${jobs.setAside} set aside; ${(resultBytes / 1e6).toFixed(1)} MB of results`,
    ...workers.map(({ worker, shard, seconds }) => `  shard ${shard}: ${worker}, for ${seconds} s`),
    ...(deadLetters.length === 0 ? [] : ["Set aside after three tries; fleet plan --resume tries them again:"]),
    ...deadLetters.map(({ shard, reason }) => `  shard ${shard}: ${reason}`),
  ];
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
