import type { AgentTool } from "./agent/agent-tool.ts";
import type { ModelMode } from "./agent/call-plan.ts";
import type { ConversationLimits } from "./agent/conversation.ts";
import type { PanelOfModels } from "./agent/fitted-question.ts";
import type { Calibrated } from "./domain/label-sets.ts";
import type { AnswerStore } from "./judging/kept-answer.ts";
import type { PromptLibrary } from "./judging/prompt-library.ts";
import type { ReplyRecorder } from "./judging/record-replies.ts";
import type { JudgeModel } from "./ports/chat-model.ts";
import type { ClipEncoder } from "./ports/clip-encoder.ts";
import type { ExemplarSource } from "./ports/exemplar-source.ts";
import type { FerToolbox } from "./ports/fer-toolbox.ts";
import type { SceneObserver } from "./ports/scene-observer.ts";
import type { TranscriptReader } from "./ports/transcript-reader.ts";
import type { HearingTools } from "./study/hear-clip.ts";
import type { MeasureClipOptions } from "./study/measure-clip.ts";
import type { StudyTools } from "./study/measure-inputs.ts";

/** Everything that answering a question needs from outside; `compose.ts` picks it. */
export interface AskDependencies {
  /** The first one is preferred where a face needs one box. Empty: no face is measured. */
  readonly toolboxes: readonly FerToolbox[];
  readonly observers: readonly SceneObserver[];
  readonly exemplars: ExemplarSource | null;
  /** What reads clips, hears them and follows who is in them, and how closely; left out where only images are asked about. */
  readonly clips?: Pick<StudyTools, "identity" | "video"> & HearingTools & MeasureClipOptions & OfFolder & Encoding;
  /** What reads the files of transcripts. */
  readonly readTranscript?: TranscriptReader;
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
  /** Where answers are kept and taken from; asked anew each time without one. */
  readonly answers?: AnswerStore | null;
  /** Kuleshov's version, for provenance. */
  readonly version: string;
  /** Told before an image or words leave this machine. */
  readonly notify?: (notice: string) => void;
}

interface Encoding {
  /** What writes clips for models that take video. */
  readonly encoder?: ClipEncoder;
}

interface OfFolder {
  /** Whether what is asked about is a folder with the frames of a clip; else clips are known by the ending of their name. */
  readonly ofFolder?: true;
}

/** Everything of some dependencies that determines answers, as plain JSON. */
export function identityOfParts(dependencies: AskDependencies): unknown {
  return {
    kuleshov: dependencies.version,
    model: identityOfModel(dependencies.model),
    mode: dependencies.mode,
    limits: dependencies.limits ?? null,
    ...(dependencies.samples === undefined ? {} : { samples: dependencies.samples }),
    ...(dependencies.panel && { panel: dependencies.panel.judges.map(identityOfModel) }),
    prompts: dependencies.prompts.all().map(({ reference }) => reference),
    tools: dependencies.tools.map(({ name }) => name),
    toolboxes: dependencies.toolboxes.map(({ id, networks, mirrored }) => ({
      id,
      networks,
      ...(mirrored && { mirrored }),
    })),
    observers: dependencies.observers.length,
    ...(dependencies.clips && {
      clips: {
        ...{ fps: dependencies.clips.fps, budget: dependencies.clips.budget },
        identity: dependencies.clips.identity.network,
      },
    }),
    ...(dependencies.observers.some(({ mirrored }) => mirrored) && { mirrored: true }),
  };
}

/** Those who are asked: a panel, or one model. */
export function judgesOf({ model, panel }: AskDependencies): readonly JudgeModel[] {
  return panel?.judges ?? [model];
}

/** The same dependencies with models whose replies are kept. */
export function overheard(dependencies: AskDependencies, { of }: ReplyRecorder): AskDependencies {
  const { model, panel } = dependencies;
  const chair = panel?.chair ? of(panel.chair) : null;
  return { ...dependencies, model: of(model), ...(panel && { panel: { judges: panel.judges.map(of), chair } }) };
}

/** The same, with what else determines what `ask` makes of them. */
export function identityOfAsk(dependencies: AskDependencies): unknown {
  const { panel, calibrated } = dependencies;
  const judges = judgesOf(dependencies).map((judge) => ({ model: identityOfModel(judge), seed: judge.seed }));
  const sets = calibrated && { sha256: calibrated.sha256, alpha: calibrated.alpha };
  return { parts: identityOfParts(dependencies), judges, chair: panel?.chair?.id ?? null, sets: sets ?? null };
}

/** Everything of a model that determines its answers: the same name at another server, or with other weights, is another. */
export function identityOfModel({ id, capabilities, temperature, identity }: JudgeModel): unknown {
  return { id, capabilities, temperature, ...identity };
}
