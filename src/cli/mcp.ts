import type { Command } from "commander";
import { interruptSignal } from "./interrupt.ts";
import { note } from "./output.ts";

interface McpOptions {
  readonly model: string;
  readonly toolbox: readonly string[];
}

export function register(program: Command): void {
  program
    .command("mcp")
    .description(
      "offer the tools (find faces, measure, consensus, look closer, FACS, ask) to an MCP client over stdin and stdout",
    )
    .option("--model <model>", "model behind the tool `ask`: rules, openai:<name> or ollama:<name>", "rules")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .action(mcp);
}

async function mcp({ model, toolbox }: McpOptions): Promise<void> {
  const { serveMcp } = await import("../compose/mcp.ts");
  const onBug = (error: unknown) => note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await serveMcp({ model, toolboxes: toolbox, notify: note }, onBug, interruptSignal());
}
