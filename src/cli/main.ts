import { Command, CommanderError } from "commander";
import { packageVersion } from "../platform/package-paths.ts";
import { argumentsAsGiven } from "../platform/system-path.ts";
import { visibleText } from "../platform/visible-text.ts";
import * as agreement from "./agreement.ts";
import * as ask from "./ask.ts";
import * as cache from "./cache.ts";
import { checkCacheFolder } from "./cache.ts";
import * as context from "./context.ts";
import * as demo from "./demo.ts";
import * as discover from "./discover.ts";
import * as doctor from "./doctor.ts";
import * as evaluation from "./eval.ts";
import * as exemplars from "./exemplars.ts";
import * as exporting from "./export.ts";
import { reportFailure } from "./failure.ts";
import * as find from "./find.ts";
import * as fleet from "./fleet.ts";
import * as imported from "./import.ts";
import * as lab from "./lab.ts";
import * as mcp from "./mcp.ts";
import * as measure from "./measure.ts";
import * as merging from "./merge.ts";
import * as models from "./models.ts";
import * as notice from "./notice.ts";
import { outliveReaders } from "./output.ts";
import { useDevice } from "./run-options.ts";
import * as slurm from "./slurm.ts";
import * as studio from "./studio.ts";
import * as trace from "./trace.ts";
import * as validation from "./validate.ts";
import * as withdraw from "./withdraw.ts";

const program = new Command("kuleshov")
  .description("Measures faces, reads them with and without their context, and traces every sentence to a measurement.")
  .version(packageVersion(), "-V, --version")
  .showSuggestionAfterError()
  .showHelpAfterError("(add --help for what it takes)")
  .configureOutput({ writeErr: (text) => process.stderr.write(visibleText(text)) })
  .exitOverride();

const commands = [
  ask,
  measure,
  merging,
  slurm,
  fleet,
  imported,
  agreement,
  validation,
  models,
  doctor,
  exemplars,
  find,
  discover,
  evaluation,
  lab,
  trace,
  context,
  mcp,
  studio,
  cache,
  notice,
  exporting,
  withdraw,
  demo,
];
for (const command of commands) command.register(program);
program.hook("preAction", (_program, command) => (command.name() === "doctor" ? undefined : checkCacheFolder()));
program.hook("preAction", (_program, command) => useDevice(command.opts().device));

outliveReaders();
program.parseAsync([...argumentsAsGiven()], { from: "user" }).catch((error) => {
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : reportFailure(error);
});
