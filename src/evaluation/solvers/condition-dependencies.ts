import type { AskDependencies } from "../../ask-dependencies.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import type { Condition } from "../solver.ts";

/** Picks what a condition asks with: the model, toolboxes, prompt and exemplars it names. */
export interface ConditionDependencies {
  /** @throws {ConfigurationError} when something it names does not exist. */
  partsFor(condition: Condition, seed: number): Promise<AskDependencies>;
  /** What exemplars a condition shows, as plain JSON; `null` without any. */
  exemplarsOf(condition: Condition): unknown;
  /** Whether asking the model of a condition costs no money. */
  isFree(condition: Condition): boolean;
  close(): Promise<void>;
}

/** Everything of some dependencies that determines answers, as plain JSON. */
export function identityOfParts(dependencies: AskDependencies): unknown {
  return {
    kuleshov: dependencies.version,
    model: identityOfModel(dependencies.model),
    mode: dependencies.mode,
    limits: dependencies.limits ?? null,
    ...(dependencies.samples === undefined ? {} : { samples: dependencies.samples }),
    prompts: dependencies.prompts.all().map(({ reference }) => reference),
    tools: dependencies.tools.map(({ name }) => name),
    toolboxes: dependencies.toolboxes.map(({ id, networks, mirrored }) => ({
      id,
      networks,
      ...(mirrored && { mirrored }),
    })),
    observers: dependencies.observers.length,
    ...(dependencies.observers.some(({ mirrored }) => mirrored) && { mirrored: true }),
  };
}

/** Everything of a model that determines its answers: the same name at another server, or with other weights, is another. */
export function identityOfModel({ id, capabilities, temperature, identity }: JudgeModel): unknown {
  return { id, capabilities, temperature, ...identity };
}

/** What limits are counted by: `openai` of `openai:gpt-4.1`. */
export function providerOfModel(model: string): string {
  return model.split(":")[0] ?? model;
}
