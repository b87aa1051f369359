import { join } from "node:path";
import type { Command } from "commander";
import { ModelFileError } from "../domain/errors.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import { betterModel, renderReport } from "./ask.ts";
import { judgeImage } from "./ask-one.ts";
import { interruptSignal } from "./exit.ts";
import { note, print } from "./output.ts";

const CONTEXT = "Friends at a costume party.";

const NEXT_STEPS = `
Next:
  npx kuleshov ask photo.jpg "Is this a polite smile?" --context "She has just lost the final" --out report
  npx kuleshov measure images/ --csv > faces.csv
  npx kuleshov doctor`;

export function register(program: Command): void {
  program
    .command("demo")
    .description("judge a sample image, offline, and say what to try next (npm start)")
    .action(demo);
}

async function demo(): Promise<void> {
  const signal = interruptSignal();
  const report = await judgeImage({ image: samplePhoto(), context: CONTEXT, toolbox: ["mesh"], scene: true }, signal);
  await print(await renderReport(report, false));
  note(await betterModel(signal));
  note(...NEXT_STEPS.split("\n"));
}

/** An image that comes with a dependency: three women at a costume party. */
function samplePhoto(): string {
  const installed = findInstalledPackage("@vladmandic/face-api");
  if (installed === undefined) throw new ModelFileError("sample image", "its package is missing: run npm ci again");
  return join(installed.folder, "demo", "sample1.jpg");
}
