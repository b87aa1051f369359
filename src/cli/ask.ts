import { join } from "node:path";
import { type Command, Option } from "commander";
import { type AskListeners, askInto, judgeImage, OVERLAY, PAGE, REPORT } from "../compose/ask-one.ts";
import { type Asked, type AskOptions, isClip } from "../compose/asked.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { Report } from "../domain/report.ts";
import { SHOT_MODES } from "../exemplars/shot-modes.ts";
import { plain } from "../render/terminal-style.ts";
import { interruptSignal } from "./exit.ts";
import { addHearingOptions, addJudgeOptions, addModelOptions } from "./model-options.ts";
import { note, outputStyle, print } from "./output.ts";
import {
  cacheOption,
  checkRunOptions,
  deviceOption,
  mirroredOption,
  positiveAmount,
  runOptions,
  shardOption,
  storeOption,
  wholeNumber,
} from "./run-options.ts";

interface AskCommandOptions extends ModelFlags, AskOptions {}

/** "joy, grief" as well as "joy grief": no label has a comma. A question that comes behind them would be one more. */
function labelsIn(given: string, before: readonly string[] = []): string[] {
  if (given.trim().endsWith("?")) {
    throw new ConfigurationError(
      `--labels takes every word up to the next option, and "${given}" is a question: put it before --labels`,
    );
  }
  return [...before, ...given.split(",").flatMap((label) => (label.trim() === "" ? [] : [label.trim()]))];
}

export function register(program: Command): void {
  const command = program
    .command("ask")
    .description("judge the expressions in an image or a clip, with every claim traced to a measurement")
    .argument("<image>", "the image or clip to judge; a folder, pattern or list (.csv, .tsv) of many with --out")
    .argument("[question]", "what you want to know of it")
    .option("--context <text>", "what you know of the situation; it is kept apart from what the face shows")
    .option(
      "--transcript <file>",
      "what is said, or the words themselves: .vtt, .srt, .csv, .json (Whisper), .TextGrid or .eaf; speakers are matched to faces",
    )
    .option("--sound <file>", "the sound of the clip, where it was recorded apart: WAV, or what ffmpeg reads")
    .option("--fps <number>", "take a folder's images for the frames of one clip, so many in a second", positiveAmount)
    .option("--face <id>", "the one face that is asked about, e.g. F2")
    .option("--blur-others", "blur faces that are not asked about in every image that a model is shown")
    .option(
      "--labels <label...>",
      "labels to choose from, apart by spaces or commas; open vocabulary without it",
      labelsIn,
    )
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--evidence <file...>", "what toolboxes wrote of this image, as in openface:results.csv")
    .option("--no-scene", "leave out bodies and who looks where")
    .option(
      "--objects",
      "look for objects too: small things are taken for others, and their network's licence is unclear",
    )
    .option(
      "--without <object>",
      "ask about the image without an object, too, and say what that changes; looks for objects",
    )
    .option("--shots <number>", "labelled examples to show first; 8 when examples are asked for", wholeNumber)
    .addOption(new Option("--shot-mode <mode>", "how examples are shown").choices(SHOT_MODES))
    .option("--categories <name...>", "judge by these categories of the exemplar store")
    .option("--taxonomy <name>", "judge by a taxonomy: emotic26, ekman7, ... or your own file")
    .option("--distilled <file>", "with --shot-mode descriptions: these definitions, as `exemplars distil` writes them")
    .option("--pack <name...>", "take the examples from these packs, e.g. smiles")
    .addOption(storeOption())
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(cacheOption())
    .option("--full", "print every cue, appraisal and cited measurement, not only what fits one screen")
    .option("--json", "print the whole report as JSON")
    .option("--budget-usd <number>", "stop before more than this is spent", positiveAmount)
    .option("--budget-tokens <number>", "stop before more tokens than this are used", positiveAmount)
    .addOption(runOptions.out("report.json, a page and an annotated image; of many images tables and a page"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(shardOption())
    .addOption(
      new Option("--mode <mode>", "agent loop or single pass, whatever the model's server declares").choices([
        "agent",
        "single-pass",
      ]),
    );
  addHearingOptions(addJudgeOptions(addModelOptions(command))).action(askCommand);
}

async function askCommand(image: string, question: string | undefined, given: AskCommandOptions): Promise<void> {
  const signal = interruptSignal();
  const { modelSettings, withSettings } = await import("../compose/model-settings.ts");
  const options = withSettings(given, await modelSettings(given));
  checkRunOptions(options);
  const asked = { image, question, ...options };
  const { namesMany } = await import("../study/ask-list.ts");
  const { storeNotices } = await import("../study/study-inputs.ts");
  const isMany = options.fps === undefined && (await namesMany(image));
  if (given.transcribe !== undefined && !isMany && !isClip(asked)) {
    throw new ConfigurationError(`--transcribe is of a clip, and an image has no sound: leave it out for \`${image}\``);
  }
  if (options.without !== undefined) return askWithoutCommand({ ...asked, without: options.without }, isMany, signal);
  if (isMany) {
    if (options.transcript !== undefined) {
      throw new ConfigurationError(
        "--transcript is of one image or clip: give a list a column transcript, with a file or the words in each line",
      );
    }
    if (options.sound !== undefined)
      throw new ConfigurationError("--sound is of one clip: name one, not a list of many");
    const { askManyCommand } = await import("./ask-many.ts");
    return askManyCommand(asked, signal);
  }
  const { out, shard } = options;
  await storeNotices(note)(image);
  if (shard !== undefined) throw new ConfigurationError("--shard is of many images: name a folder, pattern or list");
  const report =
    out === undefined
      ? await judgeOnTerminal(asked, signal)
      : await onTerminal((listeners) => askInto(out, asked, listeners, signal));
  if (options.json) {
    await print(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    await print(await renderReport(report, options.full === true));
  }
  if (out !== undefined) note(`Wrote ${[REPORT, PAGE, OVERLAY].map((name) => join(out, name)).join(", ")}`);
  if (options.model === undefined && options.panel === undefined) note(await betterModel(signal));
}

async function askWithoutCommand(
  asked: Asked & { readonly without: string },
  isMany: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (isMany) throw new ConfigurationError("--without takes an object out of one image: name one image");
  const { object, removed, whole, without, changes } = await onTerminal((listeners) =>
    withoutOnTerminal(asked, listeners, signal),
  );
  const taken = whole.evidence.filter(({ id }) => removed.includes(id));
  if (asked.json) {
    await print(`${JSON.stringify({ object, removed: taken, changes, whole, without }, null, 2)}\n`);
    return;
  }
  await print(await renderReport(whole, asked.full === true));
  const places = removed.length === 1 ? "1 place" : `${removed.length} places`;
  await print(`\nWithout ${object} (${places}, ${removed.join(", ")} taken away)\n`);
  for (const { faceId, words } of changes) await print(`  ${faceId ?? "The scene"}: ${words}\n`);
  const look = asked.out === undefined ? "--out keeps the image to look at" : `look at ${asked.out}/without.jpg`;
  await print(
    `  The whole box around it is filled with what lies near, and what else was in the box is gone too: ${look}.\n`,
  );
  const isSaid = asked.context?.toLowerCase().includes(object) === true;
  if (isSaid) note(`The context that you gave still names ${object}.`);
}

/** What an object changes, kept with the report where a folder is named for it. */
async function withoutOnTerminal(
  asked: Asked & { readonly without: string },
  listeners: AskListeners,
  signal: AbortSignal,
) {
  const { judgeWithout, keptWithout } = await import("../compose/ask-one.ts");
  if (asked.out === undefined) {
    const { removed, ...found } = await judgeWithout(asked, listeners, signal);
    return { ...found, removed: removed.map(({ id }) => id) };
  }
  const whole = await askInto(asked.out, asked, listeners, signal);
  const kept = await keptWithout(asked.out);
  if (kept === undefined)
    throw new ConfigurationError(`Cannot read what changes as its file is gone: \`${asked.out}\``);
  const { report: without, ...found } = kept;
  return { ...found, whole, without };
}

/** Asks, and says meanwhile on one line which tool is called. */
export function judgeOnTerminal(asked: Asked, signal: AbortSignal): Promise<Report> {
  return onTerminal((listeners) => judgeImage(asked, listeners, signal));
}

async function onTerminal<T>(work: (listeners: AskListeners) => Promise<T>): Promise<T> {
  if (process.stderr.isTTY !== true) return work({ notify: note });
  const onTool: AskListeners["onTool"] = ({ tool, faceId }) =>
    process.stderr.write(`${CLEAR_LINE}${plain(`${tool} ${faceId ?? ""}`).slice(0, 70)}\r`);
  return work({ notify: note, onTool }).finally(() => process.stderr.write(CLEAR_LINE));
}

const CLEAR_LINE = "\r\u001B[K";

/** The report for a terminal, on one screen or in full. */
export async function renderReport(report: Report, full: boolean): Promise<string> {
  if (full) {
    const { renderTerminalReport } = await import("../render/terminal-report.ts");
    return renderTerminalReport(report, outputStyle());
  }
  const { renderTerminalSummary } = await import("../render/terminal-summary.ts");
  return renderTerminalSummary(report, outputStyle());
}

/** One line on how to get a better judgment than the baseline's. A model that is there is offered, never used unasked. */
export async function betterModel(signal: AbortSignal): Promise<string> {
  const { offerLocalModel, NAMED_MODEL_FORMS } = await import("../compose/models.ts");
  const offered = await offerLocalModel(process.env, signal);
  return offered === null
    ? `For a model that sees the image: --model ${NAMED_MODEL_FORMS} (see kuleshov doctor).`
    : `A model that sees the image is at hand: --model ${offered}`;
}
