import type { Command } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import { MODEL_FORMS } from "../compose/models.ts";
import { interruptSignal } from "./exit.ts";
import { noteFailure } from "./failure.ts";
import { addModelOptions } from "./model-options.ts";
import { note } from "./output.ts";
import { cacheOption, mirroredOption, storeOption } from "./run-options.ts";

interface McpOptions extends ModelFlags {
  readonly cache: boolean;
  readonly mirrored?: true;
  readonly toolbox: readonly string[];
  readonly store?: string;
  readonly root?: string;
}

export function register(program: Command): void {
  const command = program
    .command("mcp")
    .description(
      "offer the tools (find faces, measure, consensus, look closer, FACS, exemplars, ask) to an MCP client over stdin and stdout",
    )
    .option("--root <folder>", "folder outside of which no image is read (default: the working folder)")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .addOption(storeOption("exemplars that clients may search, if they are there"))
    .addOption(mirroredOption())
    .addOption(cacheOption());
  const model = `model behind the tool \`ask\`: ${MODEL_FORMS} (default: rules)`;
  addModelOptions(command, { model }).action(mcp);
}

async function mcp({ toolbox, store, root, cache, mirrored, ...flags }: McpOptions): Promise<void> {
  const { serveMcp } = await import("../compose/mcp.ts");
  const { modelOptionsOf, modelSettings } = await import("../compose/model-settings.ts");
  const { model = "rules", ...settings } = await modelSettings(flags);
  const places = { ...(store === undefined ? {} : { store }), ...(root === undefined ? {} : { root }) };
  await serveMcp(
    { ...modelOptionsOf(settings), model, toolboxes: toolbox, cache, mirrored, notify: note, ...places },
    { onBug: noteFailure, onBadMessage: noteBadMessage },
    interruptSignal(),
  );
}

/** The server goes on: one message of a client that is no message costs only that one. */
function noteBadMessage({ message }: Error): void {
  const [told = ""] = message.split("\n");
  note(`Passed over what is no message of the protocol (${told.slice(0, 200)})`);
}
