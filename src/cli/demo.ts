import type { Command } from "commander";
import { SAMPLE_CONTEXT, sampleImage } from "../compose/sample.ts";
import { betterModel, judgeOnTerminal, renderReport } from "./ask.ts";
import { interruptSignal } from "./exit.ts";
import { note, print } from "./output.ts";

const NEXT_STEPS = `
Next:
  npx kuleshov ask image.jpg "Is this a polite smile?" --context "She has just lost the final" --out report
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
  const report = await judgeOnTerminal(
    { image: sampleImage(), context: SAMPLE_CONTEXT, toolbox: ["mesh"], scene: true },
    signal,
  );
  await print(await renderReport(report, false));
  note(await betterModel(signal));
  note(...NEXT_STEPS.split("\n"));
}
