import type { Command } from "commander";
import { NAMED_MODEL_FORMS } from "../compose/models.ts";
import type { NetworkListing } from "../networks/list-networks.ts";
import type { NetworkCheck } from "../networks/verify-network.ts";
import { EXIT } from "./exit.ts";
import { addModelOptions } from "./model-options.ts";
import { probeCommand } from "./models-probe.ts";
import { pull } from "./models-pull.ts";
import { note, outputStyle, print } from "./output.ts";

interface OutputOptions {
  readonly json?: true;
}

export function register(program: Command): void {
  const models = program
    .command("models")
    .description("the networks that measure: list, pull, build, verify; and models that judge: probe");
  models
    .command("list")
    .description("every network, where it comes from, its licence, and whether it can run")
    .option("--json", "print JSON")
    .action(list);
  models
    .command("pull")
    .description(
      "fetch a network that npm does not carry, once its licence is accepted; a rerun goes on where it stopped",
    )
    .argument("<name>", "the download, as `models list` names it, or one of its networks")
    .option("--from <file>", "take it from this file rather than from the internet")
    .option("--accept", "accept the licence without being asked")
    .action(pull);
  models
    .command("build")
    .description("compile published networks into the cache now rather than on first use")
    .argument("[ids...]", "networks; all when none is named")
    .option("--force", "compile again even if an intact compiled form is there")
    .action(build);
  models
    .command("verify")
    .description("run networks on their golden input and compare with the reference runtime's numbers")
    .argument("[ids...]", "networks; all that can run when none is named")
    .option("--json", "print JSON")
    .action(verify);
  const probing = models
    .command("probe")
    .description("try what a model that judges really does, in at most eight calls; later questions rely on it")
    .argument("<model>", NAMED_MODEL_FORMS)
    .option("--no-cache", "try again what was tried before")
    .option("--json", "print JSON");
  addModelOptions(probing, { model: null }).action(probeCommand);
}

async function list(options: OutputOptions): Promise<void> {
  const { listNetworks } = await import("../networks/list-networks.ts");
  const listings = await listNetworks();
  if (options.json) {
    const rows = listings.map(({ manifest, origin, status }) => {
      return { id: manifest.id, title: manifest.title, licence: manifest.licence.spdx, origin, ...status };
    });
    await print(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const style = outputStyle();
  for (const { manifest, origin, status } of listings) {
    const isHere = status.state === "ready" || status.state === "to-compile";
    const state = isHere ? style.good(status.state) : style.doubtful(status.state);
    await print(
      `${style.bold(manifest.id)}  ${state}\n  ${manifest.title}\n  ${style.dim(`${origin} · ${manifest.licence.spdx}`)}\n`,
    );
    if (status.state === "unavailable") await print(`  ${status.reason}\n`);
    if (status.state === "to-pull") await print(`  kuleshov models pull ${status.download}\n`);
  }
}

async function build(ids: readonly string[], options: { readonly force?: true }): Promise<void> {
  const { buildNetwork } = await import("../networks/build.ts");
  for (const id of ids.length > 0 ? ids : await runnable()) {
    const built = await buildNetwork(id, { force: options.force === true });
    const how = { cache: "was compiled already", compiler: "compiled", published: "is published as ONNX" }[built.from];
    await print(`${id}: ${how}, ${Math.round(built.onnx.byteLength / 1024)} KB\n`);
    if (built.notKept !== undefined) note(`${id} could not be kept in the cache: ${built.notKept}`);
  }
}

async function verify(ids: readonly string[], options: OutputOptions): Promise<void> {
  const { verifyNetwork } = await import("../networks/verify-network.ts");
  const checks: NetworkCheck[] = [];
  for (const id of ids.length > 0 ? ids : await runnable()) checks.push(await verifyNetwork(id));
  if (options.json) await print(`${JSON.stringify(checks, null, 2)}\n`);
  else await print(`${checks.map(describeCheck).join("\n")}\n`);
  if (checks.some((check) => check.verdict === "failed")) process.exitCode = EXIT.doneWithFailures;
}

function describeCheck({ id, verdict, origin, outputs }: NetworkCheck): string {
  const style = outputStyle();
  if (verdict === "no-golden") return `${id}: ${style.doubtful("not verified")}, its manifest has no golden numbers`;
  const worst = outputs.map(
    (output) => `${output.name} ${output.worst.toExponential(1)} (allowed ${output.tolerance})`,
  );
  const word = verdict === "passed" ? style.good("passed") : style.bad("FAILED");
  return `${id}: ${word}, largest differences: ${worst.join(", ")}\n  ${style.dim(`reference: ${origin}`)}`;
}

/** Networks whose file is here. The others must be pulled first and are not an error until they are named. */
async function runnable(): Promise<string[]> {
  const { listNetworks } = await import("../networks/list-networks.ts");
  const isHere = ({ status }: NetworkListing) => status.state === "ready" || status.state === "to-compile";
  return (await listNetworks()).filter(isHere).map(({ manifest }) => manifest.id);
}
