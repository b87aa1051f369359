import { type Command, InvalidArgumentError } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import { MODEL_FORMS } from "../compose/models.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { whyRefused } from "../platform/system-error.ts";
import { interruptSignal } from "./exit.ts";
import { addModelOptions } from "./model-options.ts";
import { note, print } from "./output.ts";

interface StudioOptions extends ModelFlags {
  readonly port?: number;
  readonly open: boolean;
}

export function register(program: Command): void {
  const command = program
    .command("studio")
    .description("open a page on this machine on which everything is done with the mouse or the keyboard")
    .argument("[folder]", "the folder to work in; what is made there is what the commands make", ".")
    .option("--port <number>", "the port to serve it on; 0 for any that is free", portNumber)
    .option("--no-open", "print the address, and open no browser");
  const model = `the model that is asked where a page names none: ${MODEL_FORMS}`;
  // The page itself asks for consent, and names the server.
  addModelOptions(command, { model, allowRemote: null }).action(studio);
}

async function studio(folder: string, { port, open, ...flags }: StudioOptions): Promise<void> {
  const signal = interruptSignal();
  try {
    process.chdir(folder);
  } catch (cause) {
    const reason = whyRefused(cause).replace("no such file", "no such folder");
    throw new ConfigurationError(`Cannot open the studio as ${reason}: \`${folder}\``, { cause });
  }
  const { keepFlags } = await import("../compose/model-settings.ts");
  await keepFlags(flags);
  const { serveStudio } = await import("../studio/serve.ts");
  const { address, close } = await serveStudio({ port });
  await print(`${address}\n`);
  note("Nobody else can open this address without its secret part. Ctrl-C ends the studio; what is done is kept.");
  if (open) await openBrowser(address);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await close();
}

/**
 * With the program that the system has for it; where there is none, the address is printed all the same. Command lines can
 * be read by everybody on a machine, so the browser is given a file that only this user reads, which leads to the address.
 */
async function openBrowser(address: string): Promise<void> {
  const { spawn } = await import("node:child_process");
  const { writeDoorway } = await import("../studio/token.ts");
  const doorway = await writeDoorway(address);
  const [command = "xdg-open", ...words] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...words, doorway], { stdio: "ignore", detached: true });
  child.on("error", () => {}).unref();
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", '""'],
};

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("It takes a whole number from 0 to 65535.");
  return port;
}
