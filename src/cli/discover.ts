import { type Command, InvalidArgumentError } from "commander";
import { EMBEDDER_FORMS, MODEL_FORMS } from "../compose/models.ts";
import { addModelOptions } from "./model-options.ts";
import { cacheOption, deviceOption, mirroredOption, runOptions, shardOption, storeOption } from "./run-options.ts";

export function register(program: Command): void {
  const discover = program
    .command("discover")
    .description(
      "find groups of faces that no known category explains, test them, and show what passed and what failed",
    )
    .argument("<images...>", "files, folders, globs, lists, or the folder of a study")
    .option("--known <names...>", "taxonomies (see fewshot/taxonomies) or category names that are not new", [
      "affectnet8",
    ])
    .addOption(runOptions.out("the proposals as a page and as data, and a blind rating sheet").default("discovery"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(shardOption())
    .addOption(storeOption("exemplars of known categories"))
    .option("--embedder <name>", `embed the descriptions too: ${EMBEDDER_FORMS}`)
    .option("--min-size <faces>", "minimum cluster size in faces (default: 1 % of them, at least 8)", wholeNumber)
    .option("--resamples <number>", "resamples for stability, and samples of the null model", wholeNumber, 20)
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(cacheOption())
    .option("--json", "print the proposals as JSON");
  addModelOptions(discover, {
    model: `who describes faces and names groups: ${MODEL_FORMS}; rules, the default, names them by signature`,
    seed: "of whatever is drawn at random, and for the model where it takes one (default: 1)",
  }).action(async (images, options) => (await import("./discover-run.ts")).run(images, options));
  discover
    .command("score")
    .description("read filled-in rating sheets, say how far raters agree, and update the verdicts")
    .argument("<sheets...>", "one file per rater, or several raters in one")
    .option("--in <folder>", "the discovery", "discovery")
    .option("--json", "print JSON")
    .action(async (sheets, options) => (await import("./discover-check.ts")).score(sheets, options));
  discover
    .command("accept")
    .description("turn a confirmed proposal into a category with exemplars in the store")
    .argument("<id>", "such as P3")
    .option("--in <folder>", "the discovery", "discovery")
    .option("--name <name>", "what the category is to be called")
    .addOption(storeOption())
    .option("--unconfirmed", "take a proposal that passed its tests and that no raters have seen")
    .action(async (id, options) => (await import("./discover-check.ts")).accept(id, options));
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("it must be a whole number");
  return Number(text);
}
