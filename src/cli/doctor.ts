import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { interruptSignal } from "./interrupt.ts";
import { outputStyle, print } from "./output.ts";

export function register(program: Command): void {
  program
    .command("doctor")
    .description("what is installed, which toolboxes and models can run, and what to do about the rest")
    .option("--json", "print JSON")
    .action(doctor);
}

async function doctor(options: { readonly json?: true }): Promise<void> {
  const { checkHealth } = await import("../compose/health.ts");
  const checks = await checkHealth(interruptSignal());
  if (options.json) {
    await print(`${JSON.stringify(checks, null, 2)}\n`);
  } else {
    const { renderHealth } = await import("../render/terminal-health.ts");
    await print(renderHealth(checks, outputStyle()));
  }
  if (checks.some((check) => check.state === "broken")) process.exitCode = EXIT.doneWithFailures;
}
