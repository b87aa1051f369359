import type { ProbedModel } from "../compose/model-probe.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import type { HealthCheck } from "../domain/health.ts";
import { interruptSignal } from "./exit.ts";

import { note, outputStyle, print } from "./output.ts";

export interface ProbeOptions extends ModelFlags {
  readonly json?: true;
  readonly cache?: boolean;
}

/** `kuleshov models probe <model>`: what an engine does with all that a judgment sends, in a table. */
export async function probeCommand(spec: string, options: ProbeOptions): Promise<void> {
  const found = await probed(spec, options, interruptSignal());
  const { priceOf } = await import("../compose/prices.ts");
  const { costOfAsk, planFor, renderProbe } = await import("../render/terminal-probe.ts");
  const price = await priceOf(found.model);
  const { probe, kept } = found;
  if (options.json) {
    const checks = probe.checks.map((check) => ({ ...check, kuleshov: planFor(check.feature, probe.capabilities) }));
    await print(`${JSON.stringify({ ...probe, checks, ask: costOfAsk(probe, price), kept }, null, 2)}\n`);
    return;
  }
  const server = found.model.identity.server;
  await print(renderProbe(probe, { price, server: typeof server === "string" ? server : null }, outputStyle()));
  note(
    kept
      ? "As it was seen before; --no-cache tries it again."
      : `It took ${probe.calls} calls. Whoever asks this model from now on goes by what was seen.`,
  );
}

/** Tries a model with test material: nothing of the user's is sent. */
async function probed(spec: string, options: ProbeOptions, signal: AbortSignal): Promise<ProbedModel> {
  const { probe } = await import("../compose/model-probe.ts");
  const { modelOptionsOf, modelSettings } = await import("../compose/model-settings.ts");
  const settings = await modelSettings({ ...options, model: spec });
  return probe(spec, { again: options.cache === false, ...modelOptionsOf(settings) }, signal);
}

/** A probe as lines of `doctor`. */
export async function modelHealth(spec: string, options: ProbeOptions, signal: AbortSignal): Promise<HealthCheck[]> {
  const { healthOfProbe } = await import("../compose/model-probe.ts");
  return healthOfProbe((await probed(spec, options, signal)).probe);
}
