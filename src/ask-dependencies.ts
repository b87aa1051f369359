import type { AgentTool } from "./agent/agent-tool.ts";
import type { ModelMode } from "./agent/call-plan.ts";
import type { ConversationLimits } from "./agent/conversation.ts";
import type { PanelOfModels } from "./agent/fitted-question.ts";
import type { Calibrated } from "./domain/label-sets.ts";
import type { PromptLibrary } from "./judging/prompt-library.ts";
import type { JudgeModel } from "./ports/chat-model.ts";
import type { ExemplarSource } from "./ports/exemplar-source.ts";
import type { FerToolbox } from "./ports/fer-toolbox.ts";
import type { SceneObserver } from "./ports/scene-observer.ts";

/** Everything that answering a question needs from outside; `compose.ts` picks it. */
export interface AskDependencies {
  /** The first one is preferred where a face needs one box. Empty: no face is measured. */
  readonly toolboxes: readonly FerToolbox[];
  readonly observers: readonly SceneObserver[];
  readonly exemplars: ExemplarSource | null;
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly tools: readonly AgentTool[];
  /** `null`: as the model's capabilities allow. */
  readonly mode: ModelMode | null;
  readonly limits?: ConversationLimits;
  /** How many judgments of the model, each with a seed of its own, are taken together; one unless told. */
  readonly samples?: number;
  /** Several models that judge the same evidence, instead of the one. */
  readonly panel?: PanelOfModels;
  /** At which level labels are to hold, and what says from which probability on they do. */
  readonly calibrated?: Calibrated;
  /** Kuleshov's version, for provenance. */
  readonly version: string;
  /** Told before an image leaves this machine. */
  readonly notify?: (notice: string) => void;
}
