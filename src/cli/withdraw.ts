import type { Command } from "commander";
import { EXIT } from "./exit.ts";
import { note, print } from "./output.ts";

interface WithdrawOptions {
  readonly store?: readonly string[];
  readonly column?: readonly string[];
  readonly yes?: true;
}

export function register(program: Command): void {
  program
    .command("withdraw")
    .description(
      "remove a person from studies, runs, exemplars and caches: first shown, then with --yes done and checked",
    )
    .argument("<person>", "as a column subject, person or participant names them, or a folder or file of theirs")
    .argument("<places...>", "every folder and file to be cleared of them: studies, runs, answers, lists, images")
    .option(
      "--store <place...>",
      "exemplar stores that are in none of the places (default: .kuleshov/exemplars, or KULESHOV_EXEMPLARS)",
    )
    .option("--column <name...>", "other columns that name people")
    .option("--yes", "remove what is shown without it")
    .action(withdrawCommand);
}

async function withdrawCommand(name: string, places: readonly string[], options: WithdrawOptions): Promise<void> {
  const { planWithdrawal, withdraw } = await import("../withdraw.ts");
  const { openWithdrawal, OUT_OF_REACH, outcomeInWords, planInWords } = await import("../compose/withdrawing.ts");
  const { dependencies, close } = await openWithdrawal(places, options.store);
  try {
    const plan = await planWithdrawal({ name, columns: options.column, places }, dependencies);
    await print(planInWords(name, plan));
    if (options.yes !== true) {
      note("Nothing is removed yet: look it through, then run it again with --yes.");
      process.exitCode = EXIT.wrongUse;
      return;
    }
    const outcome = await withdraw(plan, dependencies);
    await print(`\n${outcomeInWords(name, outcome)}`);
    note(...OUT_OF_REACH);
    if (outcome.left.length > 0) process.exitCode = EXIT.doneWithFailures;
  } finally {
    await close();
  }
}
