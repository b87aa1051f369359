// Starts the command, which is one script: `main.ts` with all that it imports, as `bundle.mjs` made it.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../platform/cache-folder.ts";
import { runKeptCode } from "../platform/run-kept-code.ts";
import { EXIT } from "./exit.ts";

/** The script's name, from this file; put there by `bundle.mjs`. */
declare const COMMAND_SCRIPT: string;

const path = join(dirname(fileURLToPath(import.meta.url)), COMMAND_SCRIPT);
// Each command runs code of its own; of a mistyped one nothing is kept.
const [command = ""] = process.argv.slice(2);
runKeptCode(path, {
  folder: join(cacheFolder(), "code"),
  name: `${COMMAND_SCRIPT.replace(/\W+/g, "-")}-${/^[a-z]+$/.test(command) ? command : "start"}`,
  worthKeeping: () => process.exitCode !== EXIT.wrongUse,
});
