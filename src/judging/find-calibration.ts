import { type Calibrated, type Calibration, calibrationFor } from "../domain/label-sets.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { PromptLibrary } from "./prompt-library.ts";

/** What was evaluated in the same way as is asked now. @throws {ConfigurationError} if nothing was. */
export function calibrationOf(
  {
    calibrated,
    model,
    prompts,
    toolboxes,
    samples = 1,
  }: {
    readonly calibrated?: Calibrated;
    readonly model: Pick<JudgeModel, "id" | "temperature">;
    readonly prompts: PromptLibrary;
    readonly toolboxes: readonly Pick<FerToolbox, "id">[];
    readonly samples?: number;
  },
  labels: readonly string[] | null,
): Calibration | undefined {
  if (calibrated === undefined) return undefined;
  const { file, alpha, shots } = calibrated;
  const asked = {
    ...{ model: model.id, temperature: model.temperature, prompt: prompts.prompt("judge").reference, shots, samples },
    ...{ labels: [...(labels ?? [])], toolboxes: toolboxes.map(({ id }) => id) },
  };
  return calibrationFor(file, asked, alpha);
}
