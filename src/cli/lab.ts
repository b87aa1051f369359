import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { Evaluated } from "../evaluate.ts";
import { systemPath } from "../platform/system-path.ts";
import { interruptSignal } from "./exit.ts";
import { addModelOptions } from "./model-options.ts";
import { note, print } from "./output.ts";
import { cacheOption, deviceOption, mirroredOption, runOptions } from "./run-options.ts";

interface LabOptions extends ModelFlags {
  readonly cache?: boolean;
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
  readonly face?: readonly string[];
  readonly swap?: string;
  readonly neutral?: string;
  readonly hide: "faces" | "people";
  readonly mask: "fill" | "gray" | "blur" | "pixels";
  readonly repeats: number;
  readonly renderings?: true;
  readonly context?: string;
  readonly mirrored?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  const command = program
    .command("lab")
    .description("show images with and without their context, and report what the context does to the judgment")
    .argument(
      "<images...>",
      "images; of several each person is set into the scene of another one, and each face onto a head there",
    )
    .option(
      "--face <id>",
      "who is asked about where an image shows several people: F2, or image.jpg=F2 (repeat)",
      collect,
    )
    .option("--swap <image>", "image into whose scene the person is set, when there is only one image")
    .option("--neutral <image>", "neutral face for the Kuleshov arms")
    .option("--hide <what>", "what the context-only arm hides: faces or people", hidden, "faces")
    .option("--mask <how>", "how it is hidden: gray, blur, pixels or fill (from around it)", masked, "gray")
    .option("--repeats <n>", "answers per arm", repeats, 1)
    .option("--renderings", "also show each image in other light and with skin of other tones")
    .option("--context <text>", "what is known of the situation, in words")
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(runOptions.out("stimuli, answers and report.html (default: lab-results/<name>-<time>)"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(cacheOption())
    .option("--json", "print the effects as JSON");
  addModelOptions(command).action(labCommand);
}

function collect(id: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, id];
}

function hidden(what: string): string {
  if (what === "faces" || what === "people") return what;
  throw new ConfigurationError(`--hide takes faces or people, not "${what}"`);
}

function masked(how: string): string {
  if (how === "fill" || how === "gray" || how === "blur" || how === "pixels") return how;
  throw new ConfigurationError(`--mask takes gray, blur, pixels or fill, not "${how}"`);
}

function repeats(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new ConfigurationError(`--repeats takes a number from 1 up, not "${text}"`);
}

async function labCommand(images: readonly string[], given: LabOptions): Promise<void> {
  const stop = interruptSignal();
  const { modelOptionsOf, modelSettings, withSettings } = await import("../compose/model-settings.ts");
  const settings = await modelSettings(given);
  const options = { model: "rules", ...withSettings(given, settings) };
  const { lab } = await import("../lab.ts");
  const { openEvaluation } = await import("../compose/evaluation.ts");
  const { showProgress } = await import("./progress.ts");
  const { exitCodeOf } = await import("./eval-run.ts");
  const { timestamp } = await import("../evaluation/list-evaluations.ts");
  const name = basename(images[0] ?? "lab").replace(/\.\w+$/, "");
  const folder = resolve(options.out ?? join("lab-results", `${name}-${timestamp()}`));
  const open = (evalFilePath: string) =>
    openEvaluation({
      ...modelOptionsOf(settings),
      ...{ evalFilePath, stimuliFolder: join(folder, "stimuli"), cache: options.cache, notify: note },
    });
  const progress = showProgress(null);
  const query = { ...options, folder, images, faces: options.face, onProgress: progress.update };
  const done = await lab(query, { open }, stop).finally(progress.end);
  await report(folder, done, options.json === true);
  process.exitCode = exitCodeOf(done.scored, stop);
}

async function report(folder: string, { outcome, scored, report: path }: Evaluated, json: boolean): Promise<void> {
  const { callsInWords } = await import("./eval-text.ts");
  const { failuresInWords } = await import("../evaluation/runner/call-record.ts");
  const effects = scored.contextEffects.flatMap((one) => one.effects);
  if (json) await print(`${JSON.stringify({ folder, report: path, effects }, null, 2)}\n`);
  else await print(effects.map(({ sentence }) => `${sentence}\n`).join(""));
  const asked = scored.run.samples.flatMap(({ id, columns: { face } }) =>
    face === undefined ? [] : [`${id}: asked about ${face}; --face names another`],
  );
  const stimuli = join(folder, "stimuli");
  if (outcome.stopped !== null)
    note(`${callsInWords(outcome)}: stopped as ${outcome.stopped}; the same command goes on`);
  note(
    ...failuresInWords(scored.records),
    ...asked,
    ...(existsSync(systemPath(stimuli)) ? [`Stimuli: ${stimuli}`] : []),
    `Report: ${path}`,
  );
}
