import { type Command, Option } from "commander";
import { EMBEDDER_FORMS } from "../compose/models.ts";
import { STARTER_PACKS } from "../exemplars/starter-packs.ts";
import { addModelOptions, addRemoteOptions } from "./model-options.ts";
import { cacheOption, mirroredOption, storeOption, wholeNumber } from "./run-options.ts";

export function register(program: Command): void {
  const exemplars = program
    .command("exemplars")
    .description("labelled examples: keep them, find them by face and by words, share them as packs");
  const command = (name: string, description: string) =>
    exemplars.command(name).description(description).addOption(storeOption());
  const adding = (name: string, description: string) =>
    addRemoteOptions(command(name, description))
      .option("--labeller <name>", "who labelled it", "user")
      .addOption(
        new Option("--duplicates <what>", "what becomes of near-duplicates under one category")
          .choices(["refuse", "link"])
          .default("refuse"),
      )
      .option("--no-images", "keep no small copy of the images in the store")
      .addOption(new Option("--no-pictures").hideHelp()) // the name before
      .option("--embedder <name>", `embed the texts too, or by clip how images look: ${EMBEDDER_FORMS}`)
      .addOption(mirroredOption())
      .addOption(cacheOption())
      .option("--json", "print JSON");
  const filtered = (name: string, description: string) =>
    command(name, description)
      .option("--category <names...>", "only these categories")
      .option("--labelled-by <names...>", "only these labellers")
      .option("--licence <names...>", "only these licences")
      .option("--pack <names...>", "only these packs")
      .option("--toolbox <ids...>", "only faces that these toolboxes measured, e.g. mesh@5");

  adding("add", "add one image, or one face of it")
    .argument("<image>", "the image, with the face that is meant")
    .requiredOption("--category <name>", "what it is an example of")
    .option("--face <id>", "the face that is meant, e.g. F2 (as `measure` numbers them)")
    .option("--region <box>", "the part that is meant: left,top,width,height in pixels")
    .option("--caption <text>", "what is to be seen")
    .option("--definition <text>", "what the category means")
    .option("--why <text>", "why this is an example of it")
    .option("--licence <name>", "licence of the image")
    .option("--source <text>", "where the image comes from")
    .option("--counter", "it looks like the category and is not")
    .action(async (image, options) => (await import("./exemplars-add.ts")).add(image, options));
  adding("import", "add many: packs (.jsonl), tables (.csv), trees with one folder per category, or a starter pack")
    .argument("<sources...>", `files or folders, or ${STARTER_PACKS.join(", ")}`)
    .option("--partial", "import what can be used when some entries cannot")
    .action(async (sources, options) => (await import("./exemplars-add.ts")).importAll(sources, options));
  filtered("list", "list exemplars")
    .option("--limit <count>", "at most so many", wholeNumber, 100)
    .option("--offset <count>", "leave out the first so many", wholeNumber, 0)
    .option("--json", "print JSON")
    .action(async (options) => (await import("./exemplars-read.ts")).list(options));
  command("show", "everything about one exemplar")
    .argument("<id>", "as `exemplars list` names it")
    .option("--image <file>", "write its image there (JPEG)")
    .addOption(new Option("--picture <file>").hideHelp()) // the name before
    .option("--json", "print JSON")
    .action(async (id, options) => (await import("./exemplars-read.ts")).show(id, options));
  addRemoteOptions(filtered("search", "find by words, by a face, or by both, and say why each was found"))
    .argument("[words...]", "what captions and definitions speak of")
    .option("--like <image>", "like the faces of this image; copies of it are left out")
    .option("--face <id>", "like this face of it only")
    .option("--count <number>", "how many", wholeNumber, 10)
    .option("--embedder <name>", "search by meaning too, with the embedder of the store")
    .addOption(mirroredOption())
    .addOption(cacheOption())
    .option("--json", "print JSON")
    .action(async (words, options) => (await import("./exemplars-read.ts")).search(words, options));
  filtered("export", "write a pack that `import` reads")
    .argument("<file>", "ends in .jsonl")
    .option("--force", "replace the file")
    .action(async (file, options) => (await import("./exemplars-write.ts")).exportPack(file, options));
  addModelOptions(
    filtered("distil", "define categories as they are met in each kind of context, into a file to be read and changed"),
  )
    .argument("<file>", "ends in .json; for --distilled, and fewShot.distilled of evaluations")
    .option("--force", "replace the file")
    .action(async (file, options) => (await import("./exemplars-distil.ts")).distil(file, options));
  filtered("remove", "remove exemplars by id or by filter; images outside the store stay where they are")
    .argument("[ids...]", "as `exemplars list` names them")
    .option("--yes", "do not ask")
    .action(async (ids, options) => (await import("./exemplars-write.ts")).remove(ids, options));
  command("stats", "how many, of what, by whom, and how they are searched")
    .option("--json", "print JSON")
    .action(async (options) => (await import("./exemplars-read.ts")).stats(options));
  command("optimize", "merge small files and bring the indexes up to date").action(async (options) =>
    (await import("./exemplars-write.ts")).optimize(options),
  );
  command("remeasure", "measure everything again into a new store, after the toolbox has changed")
    .requiredOption("--to <place>", "the new store")
    .addOption(cacheOption())
    .action(async (options) => (await import("./exemplars-write.ts")).remeasure(options));
}
