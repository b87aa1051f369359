import type { AskDependencies } from "../../ask-dependencies.ts";
import type { Condition } from "../solver.ts";

/** Picks what a condition asks with: the model, toolboxes, prompt and exemplars it names. */
export interface ConditionDependencies {
  /** @throws {ConfigurationError} when something it names does not exist. */
  partsFor(condition: Condition, seed: number): Promise<AskDependencies>;
  /** What exemplars a condition shows, as plain JSON; `null` without any. */
  exemplarsOf(condition: Condition): unknown;
  close(): Promise<void>;
}

/** Everything of some dependencies that determines answers, as plain JSON. */
export function identityOfParts(dependencies: AskDependencies): unknown {
  const { model } = dependencies;
  return {
    kuleshov: dependencies.version,
    model: {
      id: model.id,
      capabilities: model.capabilities,
      structuredOutput: model.structuredOutput,
      temperature: model.temperature,
    },
    mode: dependencies.mode,
    limits: dependencies.limits ?? null,
    prompts: dependencies.prompts.all().map(({ reference }) => reference),
    tools: dependencies.tools.map(({ name }) => name),
    toolboxes: dependencies.toolboxes.map(({ id, networks }) => ({ id, networks })),
    observers: dependencies.observers.length,
  };
}

/** What limits are counted by: `openai` of `openai:gpt-4.1`. */
export function providerOfModel(model: string): string {
  return model.split(":")[0] ?? model;
}

/** Models that run on this machine and cost nothing. */
export function isFreeModel(model: string): boolean {
  return ["rules", "ollama", "gguf"].includes(providerOfModel(model));
}
