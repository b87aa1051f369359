import type { Command } from "commander";
import { MODEL_FORMS } from "../compose/models.ts";
import { interruptSignal } from "./exit.ts";
import { note } from "./output.ts";
import { cacheOption } from "./run-options.ts";

interface McpOptions {
  readonly cache: boolean;
  readonly model: string;
  readonly toolbox: readonly string[];
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command("mcp")
    .description(
      "offer the tools (find faces, measure, consensus, look closer, FACS, exemplars, ask) to an MCP client over stdin and stdout",
    )
    .option("--model <name>", `model behind the tool \`ask\`: ${MODEL_FORMS}`, "rules")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--store <place>", "exemplars that clients may search (default: .kuleshov/exemplars, if it is there)")
    .addOption(cacheOption())
    .action(mcp);
}

async function mcp({ model, toolbox, store, cache }: McpOptions): Promise<void> {
  const { serveMcp } = await import("../compose/mcp.ts");
  const onBug = (error: unknown) => note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const exemplars = store === undefined ? {} : { store };
  await serveMcp({ model, toolboxes: toolbox, cache, notify: note, ...exemplars }, onBug, interruptSignal());
}
