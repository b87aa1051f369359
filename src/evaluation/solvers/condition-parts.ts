import type { AskParts } from "../../ask-dependencies.ts";
import type { Condition } from "../solver.ts";

/** Picks what a condition asks with: the model, toolboxes, prompt and exemplars it names. */
export interface ConditionParts {
  /** @throws {ConfigurationError} when something it names does not exist. */
  partsFor(condition: Condition, seed: number): Promise<AskParts>;
  /** What exemplars a condition shows, as plain JSON; `null` without any. */
  exemplarsOf(condition: Condition): unknown;
  close(): Promise<void>;
}

/** Everything of some parts that determines answers, as plain JSON. */
export function identityOfParts(parts: AskParts): unknown {
  const { model } = parts;
  return {
    kuleshov: parts.version,
    model: {
      id: model.id,
      capabilities: model.capabilities,
      structuredOutput: model.structuredOutput,
      temperature: model.temperature,
    },
    mode: parts.mode,
    limits: parts.limits ?? null,
    prompts: parts.prompts.all().map(({ reference }) => reference),
    tools: parts.tools.map(({ name }) => name),
    toolboxes: parts.toolboxes.map(({ id, networks }) => ({ id, networks })),
    observers: parts.observers.length,
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
