import type { AskDependencies } from "../../ask-dependencies.ts";
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

/**
 * What limits are counted by: `openai` of `openai:gpt-4.1`, and of a panel with it as its first model beside the rules. A
 * model with an entry of its own is counted by itself.
 */
export function providerOfModel(model: string): string {
  const first = model.split(",").find((name) => name.trim() !== "rules") ?? model;
  return first.trim().split(":")[0] ?? model;
}

/** They answer from measurements or pixels, whatever a prompt says. */
const WITHOUT_PROMPT: readonly string[] = ["rules", "clip"];

/** Whether what a prompt says can change the answers of a model, or of one of a panel. */
export function readsPrompts(model: string): boolean {
  return model.split(",").some((name) => !WITHOUT_PROMPT.includes(name.trim().split(":")[0] ?? ""));
}
