import type { Command } from "commander";
import { interruptSignal } from "./interrupt.ts";

export interface LabOptions {
  readonly model: string;
  readonly out?: string;
  readonly swap?: string;
  readonly neutral?: string;
  readonly hide: "faces" | "people";
  readonly repeats: string;
  readonly context?: string;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("lab")
    .description("show images with and without their context, and report what the context does to the judgment")
    .argument("<images...>", "images; several are set into one another's scenes")
    .option("--model <model>", "rules, openai:<name> or ollama:<name>", "rules")
    .option("--swap <image>", "scene into which the face is set, when there is only one image")
    .option("--neutral <image>", "neutral face for the Kuleshov arms")
    .option("--hide <what>", "what the context-only arm hides: faces or people", "faces")
    .option("--repeats <n>", "answers per arm", "1")
    .option("--context <text>", "what is known of the situation, in words")
    .option("--out <folder>", "where stimuli, answers and the report go")
    .option("--json", "print the effects as JSON")
    .action(lab);
}

async function lab(images: readonly string[], options: LabOptions): Promise<void> {
  const { runLab } = await import("./lab-run.ts");
  await runLab(images, options, interruptSignal());
}
