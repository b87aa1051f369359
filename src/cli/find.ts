import { type Command, InvalidArgumentError } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import { MODEL_FORMS } from "../compose/models.ts";
import { commonest } from "../domain/group-by.ts";
import type { Found } from "../find.ts";
import { plain } from "../render/terminal-style.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { addJudgeOptions, addModelOptions } from "./model-options.ts";
import { note, outputStyle, print } from "./output.ts";
import { cacheOption, deviceOption, mirroredOption, noteExcluded, runOptions, storeOption } from "./run-options.ts";

interface FindFlags extends FindOptions, ModelFlags {}

interface FindOptions {
  readonly cache?: boolean;
  readonly mirrored?: true;
  readonly pack?: readonly string[];
  readonly store?: string;
  readonly out: string;
  readonly resume?: true;
  readonly force?: true;
  readonly top: number;
  readonly json?: true;
}

export function register(program: Command): void {
  const command = program
    .command("find")
    .description("rank images by how far their faces show the same expression as examples of a category")
    .argument("<category>", "the category of the examples")
    .argument("<images...>", "files, folders, globs, lists, or the folder of a study")
    .option("--pack <names...>", "take the examples from these packs, e.g. smiles")
    .addOption(storeOption())
    .addOption(runOptions.out("a page, ranking.csv, verdicts.jsonl and a contact sheet").default("found"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .option("--top <number>", "faces on the contact sheet and for the model", wholeNumber, 24)
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(cacheOption())
    .option("--json", "print the ranking as JSON");
  const judge = `who judges the best faces: none, ${MODEL_FORMS} (default: rules)`;
  addJudgeOptions(addModelOptions(command, { model: judge }), ["samples", "panel", "chair"]).action(findCommand);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("it must be a whole number from 1");
  return Number(text);
}

async function findCommand(category: string, images: readonly string[], given: FindFlags): Promise<void> {
  const signal = interruptSignal();
  const { modelSettings, withSettings } = await import("../compose/model-settings.ts");
  const settings = await modelSettings(given);
  const options = withSettings(given, settings);
  const { openFindJudge } = await import("../compose/find-judge.ts");
  const { find } = await import("../find.ts");
  const { openExemplarSession, openPacks } = await import("../compose/exemplars.ts");
  const { listImages } = await import("../study/study-inputs.ts");
  const { progressNotes } = await import("./progress.ts");
  const inputs = await listImages(images, note);
  noteExcluded(inputs);
  const session = await openExemplarSession(options);
  try {
    const packs = options.pack === undefined ? undefined : await openPacks(options.pack, session, signal);
    const { out: folder, top, resume, force, model = "rules" } = options;
    const { store, pack, mirrored, cache } = options;
    const judging = { ...settings, model, store, pack, mirrored, cache, notify: note };
    const openJudge = (stop?: AbortSignal) => openFindJudge(judging, stop);
    const found = await find(
      {
        ...{ folder, category, words: images, inputs, packs, top, resume, force },
        onProgress: progressNotes("images searched"),
        onJudged: (done, total) => {
          if (done % 8 === 0 && done < total) note(`${model} was asked about ${done} of ${total} faces`);
        },
      },
      { ...session, openJudge: model === "none" ? null : openJudge },
      signal,
    );
    for (const { path, reason } of found.failures) note(`${path}: ${reason}`);
    await report(found, options);
    process.exitCode =
      found.faces.length === 0 ? EXIT.nothingDone : found.failures.length > 0 ? EXIT.doneWithFailures : EXIT.done;
  } finally {
    await session.close();
  }
}

/** How many of the faces the model came to a verdict on, and the commonest reason where it did not. */
export function judgedWords(verdicts: Found["verdicts"]): string {
  const reasons = verdicts.flatMap(({ reason }) => reason ?? []);
  const most = commonest(reasons);
  const judged = `${verdicts.length - reasons.length} of ${verdicts.length} faces were judged by ${verdicts[0]?.model}`;
  return most === undefined ? judged : `${judged}; ${most.count} were not: ${most.item}`;
}

const SHOWN = 10;

async function report({ faces, verdicts }: Found, options: FindOptions): Promise<void> {
  const said = new Map(verdicts.map((verdict) => [`${verdict.path}#${verdict.faceId}`, verdict]));
  if (options.json === true) {
    const rows = faces.map((face) => ({ ...face, verdict: said.get(`${face.path}#${face.faceId}`) ?? null }));
    await print(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const style = outputStyle();
  const shown = faces.filter(({ copyOf }) => copyOf === null).slice(0, SHOWN);
  for (const [index, face] of shown.entries()) {
    const verdict = said.get(`${face.path}#${face.faceId}`);
    const words = { true: style.good(" same"), false: style.doubtful(" other"), null: style.dim(" no verdict") };
    const word = verdict === undefined ? "" : words[`${verdict.same}`];
    await print(
      `${String(index + 1).padStart(3)}  ${style.bold(face.score.toFixed(2))}${word}  ${plain(face.path)} ${face.faceId}\n     ${plain(face.why.join("; "))}\n`,
    );
  }
  if (verdicts.length > 0) note(judgedWords(verdicts));
  note(`Everything is in ${options.out}: found.html, ranking.csv, verdicts.jsonl, contact-sheet.jpg`);
}
