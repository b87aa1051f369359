import { z } from "zod";
import { costOf, type Price } from "../domain/price.ts";
import type { TokenUse } from "../domain/token-use.ts";
import type { ShownExamples } from "../exemplars/shot-modes.ts";
import type { PromptFile } from "../judging/prompt-library.ts";
import type { Answer } from "./answer.ts";
import type { ExemplarVariant } from "./few-shot/exemplar-variant.ts";
import type { ArmName, EvidenceChoice } from "./file/eval-file.ts";
import type { Sample } from "./sample.ts";

/** One cell of the matrix: everything that is varied on purpose. */
export interface Condition {
  readonly prompt: string;
  readonly model: string;
  readonly shots: number;
  /** How they are shown, where the matrix varies it; as the file says, or not at all, where it is left out. */
  readonly examples?: ShownExamples;
  readonly evidence: EvidenceChoice;
  readonly arm: ArmName;
  /** How the chosen exemplars are shown; only a few-shot audit varies it. */
  readonly variant: ExemplarVariant;
}

/** One question to a solver. */
export interface Call {
  /** Unique within a run and the same in every resumption of it. */
  readonly id: string;
  readonly condition: Condition;
  readonly sample: Sample;
  readonly seed: number;
  readonly repeat: number;
  /** What its prompt's own variables stand for; left out where it has none. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a call shows and tells: exactly what its arm's name says, pixels and words. */
export interface Stimulus {
  /** Absolute path of the file that the solver shows. */
  readonly path: string;
  /** What is said of the situation; `null` when nothing is. */
  readonly context: string | null;
  /** What is said in it: the path of a transcript, or the words; left out where nothing is, or the arm does not tell. */
  readonly transcript?: string;
  /** The asked-about person in that file's pixels; `null` when unknown or hidden. */
  readonly region: Sample["region"];
}

/** What a call used. `null` is unknown. */
export const Usage = z.strictObject({
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  /** As {@link TokenUse} has them. */
  cachedTokens: z.number().optional(),
  estimatedTokens: z.number().optional(),
  latencyMs: z.number(),
});
export type Usage = Readonly<z.infer<typeof Usage>>;

export function usageOf({ input, output, cached, estimated }: TokenUse, latencyMs: number): Usage {
  return {
    inputTokens: input,
    outputTokens: output,
    ...(cached === undefined ? {} : { cachedTokens: cached }),
    ...(estimated === undefined ? {} : { estimatedTokens: estimated }),
    latencyMs,
  };
}

/** What a call cost in USD; `null` when its price or tokens are unknown, which is not free. */
export function costOfUsage(
  { inputTokens, outputTokens, cachedTokens, estimatedTokens }: Usage,
  price: Price | undefined,
): number | null {
  return costOf({ input: inputTokens, output: outputTokens, cached: cachedTokens, estimated: estimatedTokens }, price);
}

/** A solver's answer with everything worth keeping. */
export interface Solution {
  readonly answer: Answer;
  readonly usage: Usage;
  /** What the server says it really ran. */
  readonly fingerprint: string | null;
  /** The whole report, for the record and for showing evidence; without one, what models replied. */
  readonly detail: unknown;
}

/** What answers the questions of an evaluation. */
export interface Solver {
  /**
   * Everything besides sample, stimulus, seed and repeat that determines the answers under a condition: prompt and its
   * hash, model and its address, toolboxes with versions, exemplar pack. Plain JSON.
   */
  identify(condition: Condition): Promise<unknown>;
  /** The prompts that a condition asks with, and the names in them that evaluation file or data set fill. */
  prompts?(condition: Condition): Promise<{
    readonly files: readonly PromptFile[];
    readonly variables: readonly string[];
  }>;
  /** Rough size of one call, for the plan. */
  estimate(condition: Condition): Promise<{ readonly inputTokens: number; readonly outputTokens: number }>;
  /** How many answers of a model one call takes, one after another; one unless said. */
  readonly answersPerCall?: number;
  /** Whose limits a condition falls under, e.g. `openai`. */
  provider(condition: Condition): string;
  /** Whether calls under a condition cost nothing, because they stay on this machine. */
  isFree(condition: Condition): boolean;
  /** @throws {KuleshovError} when no answer could be had; a {ProviderError} says whether to try again. */
  solve(call: Call, stimulus: Stimulus | null, signal?: AbortSignal): Promise<Solution>;
}

/** Makes the images that arms show. */
export interface StimulusSource {
  /** What determines it: hash of the source, arm, recipe version, words. Plain JSON. */
  identify(sample: Sample, arm: ArmName): Promise<unknown>;
  /** @throws {StimulusUnavailable} when the arm cannot be made of this sample. */
  prepare(sample: Sample, arm: ArmName, signal?: AbortSignal, keep?: KeepFile): Promise<Stimulus | null>;
}

/** Writes a file of a run whole or not at all. */
export type KeepFile = (path: string, content: string | Uint8Array) => Promise<void>;

/** An arm cannot be made of a sample (no face to hide, no partner to swap with): the call is left out and counted. */
export class StimulusUnavailable extends Error {
  override name = "StimulusUnavailable";
}

/** An image that does not allow an arm: no failure, but something about the image. */
export class ArmNotPossible extends StimulusUnavailable {
  override name = "ArmNotPossible";
}
