import type { Command } from "commander";
import type { HealthCheck } from "../domain/health.ts";
import { plain, type TerminalStyle, wrap } from "../render/terminal-style.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { addModelOptions } from "./model-options.ts";
import { modelHealth, type ProbeOptions } from "./models-probe.ts";
import { outputStyle, print } from "./output.ts";

export function register(program: Command): void {
  const command = program
    .command("doctor")
    .description("what is installed, which toolboxes and models can run, and what to do about the rest")
    .option("--json", "print JSON");
  const model = "try this model too: what it does with all that a judgment sends (see models probe)";
  addModelOptions(command, { model }).action(doctor);
}

async function doctor({ model, ...options }: ProbeOptions): Promise<void> {
  const { checkHealth } = await import("../compose/health.ts");
  const signal = interruptSignal();
  const tried = model === undefined ? [] : await modelHealth(model, options, signal);
  const checks = [...(await checkHealth(signal)), ...tried];
  if (options.json) {
    await print(`${JSON.stringify(checks, null, 2)}\n`);
  } else {
    await print(renderHealth(checks, outputStyle()));
  }
  if (checks.some((check) => check.state === "broken")) process.exitCode = EXIT.doneWithFailures;
}

const GROUPS: readonly HealthCheck["group"][] = ["machine", "networks", "toolboxes", "models", "model"];

/** What is installed and can run, and what to do about the rest, as a person reads it in a terminal. */
function renderHealth(checks: readonly HealthCheck[], style: TerminalStyle): string {
  const groups = GROUPS.map((group) => checks.filter((check) => check.group === group)).filter(
    (group) => group.length > 0,
  );
  const width = Math.max(...checks.map((check) => check.name.length)) + 2;
  const sections = groups.map((group) => [
    style.bold(group[0]?.group ?? ""),
    ...group.map((check) => line(check, width, style)),
  ]);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function line({ name, state, detail, remedy }: HealthCheck, width: number, style: TerminalStyle): string {
  const indent = " ".repeat(width + 12);
  const found = block(detail, style.columns, indent);
  const todo = remedy === null ? "" : `\n${indent}${style.dim(`-> ${block(remedy, style.columns, `${indent}   `)}`)}`;
  return `  ${dressed(state, style)}${name.padEnd(width)}${found}${todo}`;
}

/** Lines of text that all begin at the same column; commands to type each have a line of their own. */
function block(text: string, columns: number, indent: string): string {
  const lines = text.split("\n").flatMap((part) => wrap(plain(part), columns - indent.length).split("\n"));
  return lines.join(`\n${indent}`);
}

function dressed(state: HealthCheck["state"], style: TerminalStyle): string {
  const text = state.padEnd(10);
  if (state === "ready") return style.good(text);
  if (state === "missing") return style.dim(text);
  return state === "suspect" ? style.doubtful(text) : style.bad(text);
}
