import { createTools } from "../../src/agent/tool-list.ts";
import type { AskDependencies } from "../../src/ask-dependencies.ts";
import { loadPromptLibrary, type PromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import type { JudgeModel } from "../../src/ports/chat-model.ts";
import { fixedToolbox } from "./fixed-toolbox.ts";

/** A smiling face, measured: cheeks and lip corners raised, brows down not. */
export const SMILE = {
  actionUnits: { AU6: 0.8, AU12: 0.93, AU4: 0.05 },
  expression: { happiness: 0.92, neutral: 0.08 },
};

/** Read once for all tests of a worker: nothing in it changes. */
let shippedPrompts: Promise<PromptLibrary> | undefined;

/** Everything `ask` needs, around a model, with one smiling face in every image. */
export async function partsFor(
  model: JudgeModel,
  dependencies: Partial<AskDependencies> = {},
): Promise<AskDependencies> {
  shippedPrompts ??= loadPromptLibrary(ownPath("prompts"));
  const prompts = await shippedPrompts;
  return {
    toolboxes: [fixedToolbox([SMILE], ["AU6", "AU12", "AU4"])],
    observers: [],
    exemplars: null,
    model,
    prompts,
    tools: createTools(prompts),
    mode: null,
    version: "0.0.0-test",
    ...dependencies,
  };
}
