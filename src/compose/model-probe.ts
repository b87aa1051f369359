import { BudgetError, ConfigurationError } from "../domain/errors.ts";
import type { HealthCheck } from "../domain/health.ts";
import type { ModelProbe, ProbeCheck } from "../domain/model-probe.ts";
import { MOST_PROBE_CALLS, probeModel } from "../judging/probe/probe-model.ts";
import { loadPromptLibrary } from "../judging/prompt-library.ts";
import { ownPath } from "../platform/package-paths.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import { planFor } from "../render/terminal-probe.ts";
import { consentUnder } from "./consent.ts";
import { keepProbe, keptProbe } from "./kept-probes.ts";
import { connectModel, type ModelOptions, NAMED_MODEL_FORMS } from "./models.ts";

/** A model that was tried. */
export interface ProbedModel {
  readonly model: JudgeModel;
  readonly probe: ModelProbe;
  /** Whether it was tried before, and nothing was sent now. */
  readonly kept: boolean;
}

/**
 * Tries an engine in at most eight requests, or says what was seen when it was tried before. Whoever asks this model from
 * then on goes by it.
 *
 * @throws {ConfigurationError} if there is nothing to try. @throws {ProviderError} if its server fails.
 */
export async function probe(
  spec: string,
  { again = false, ...options }: ModelOptions & { readonly again?: boolean },
  signal?: AbortSignal,
): Promise<ProbedModel> {
  let calls = 0;
  const beforeRequest = () => {
    if (calls === MOST_PROBE_CALLS) throw new BudgetError(`A probe makes ${MOST_PROBE_CALLS} calls`);
    calls += 1;
  };
  // Nothing of the user's is sent, so that a server elsewhere needs no consent; --local-only refuses it all the same.
  const consent = options.localOnly === true ? { consent: consentUnder({ localOnly: true }) } : {};
  const model = await connectModel(spec, { temperature: 0, ...options, ...consent, beforeRequest }, signal);
  if (model.learn === undefined) {
    throw new ConfigurationError(`"${spec}" is built in and needs no probe: name ${NAMED_MODEL_FORMS}`);
  }
  const kept = again ? undefined : await keptProbe(model);
  if (kept !== undefined) return { model, probe: kept, kept: true };
  const prompts = await loadPromptLibrary(ownPath("prompts"));
  const made = await probeModel(model, { prompts, calls: () => calls }, signal);
  await keepProbe(model, made);
  return { model, probe: made, kept: false };
}

const STATES: Readonly<Record<ProbeCheck["outcome"], HealthCheck["state"]>> = {
  works: "ready",
  fails: "suspect",
  refused: "missing",
  untried: "missing",
};

/** A probe as lines of `doctor`. */
export function healthOfProbe({ checks, capabilities }: ModelProbe): HealthCheck[] {
  return checks.map(({ feature, outcome, engine }) => ({
    group: "model",
    name: feature,
    state: STATES[outcome],
    detail: engine,
    remedy: outcome === "works" ? null : planFor(feature, capabilities),
  }));
}
