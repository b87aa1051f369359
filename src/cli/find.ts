import { type Command, InvalidArgumentError } from "commander";

export function register(program: Command): void {
  program
    .command("find")
    .description("rank images by how far their faces show the same expression as examples of a category")
    .argument("<category>", "the category of the examples")
    .argument("<images...>", "files, folders, globs or lists")
    .option("--pack <names...>", "take the examples from these packs, e.g. smiles")
    .option("--store <place>", "exemplar store (default: .kuleshov/exemplars, or KULESHOV_EXEMPLARS)")
    .option("--out <folder>", "where the results go", "found")
    .option("--top <number>", "faces on the contact sheet and for the model", wholeNumber, 24)
    .option(
      "--model <name>",
      "who judges the best faces: rules (built in), ollama:<name>, openai:<name>, none",
      "rules",
    )
    .option("--force", "replace results that are there; without it an interrupted search goes on")
    .option("--json", "print the ranking as JSON")
    .action(async (category, images, options) => (await import("./find-run.ts")).run(category, images, options));
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("it must be a whole number from 1");
  return Number(text);
}
