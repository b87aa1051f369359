import { availableParallelism } from "node:os";
import type { AgentTool, ShownByTool } from "../agent/agent-tool.ts";
import type { ModelMode } from "../agent/call-plan.ts";
import { createTools, toolsFor, toolsOn } from "../agent/tool-list.ts";
import { createFindExemplars } from "../agent/tools/find-exemplars.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import type { Calibrated } from "../domain/label-sets.ts";
import { loadTaxonomy } from "../exemplars/load-taxonomy.ts";
import type { AnswerStore } from "../judging/kept-answer.ts";
import { loadPromptLibrary, type PromptLibrary } from "../judging/prompt-library.ts";
import { ownPath, packageVersion } from "../platform/package-paths.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import { type AskBudget, withinBudget } from "./budgeted-model.ts";
import { openCache, openMeasurements } from "./caches.ts";
import { importEvidenceFiles } from "./evidence.ts";
import { type ModelOptions, openModel, openTranscriber } from "./models.ts";
import { createObservers } from "./scene.ts";
import { drawnWith, type JudgeOptions, openCalibration, openPanel } from "./several-judges.ts";
import type { ShotRequest, ShotSource } from "./shots.ts";
import { createToolboxes } from "./toolboxes.ts";

export interface AskOptions extends ModelOptions, JudgeOptions {
  /** `rules`, `openai:<name>` or `ollama:<name>`. */
  readonly model: string;
  /** Names of toolboxes; `[]` asks without measurements. */
  readonly toolboxes: readonly string[];
  /** What toolboxes wrote earlier, as in `openface:results.csv`, and the images that will be asked about. */
  readonly evidence?: { readonly files: readonly string[]; readonly images: readonly string[] };
  /** What writes down what is said in clips; nobody does unless told. */
  readonly transcribe?: { readonly name: string; readonly options: ModelOptions } | undefined;
  /** Whether a clip is asked about, which takes what reads clips and follows who is in them. */
  readonly clip?: boolean | undefined;
  /** Where the clip is a folder of frames, how many of them are shown in a second. */
  readonly framesPerSecond?: number | undefined;
  /** Whether bodies and who looks where are looked for; they are unless told. */
  readonly scene?: boolean;
  /** Whether objects are looked for too; they are not unless told. */
  readonly objects?: boolean | undefined;
  /** Folder of prompt files, for trying others; the shipped ones by default. */
  readonly prompts?: string;
  /** Insists on a loop with tools or on a single pass, whatever the server says. */
  readonly mode?: ModelMode | null;
  /** Labelled examples to ask with, and to let the model search. */
  readonly shots?: ShotRequest;
  /** Whether images that were measured before are taken from the measurement store; they are unless told. */
  readonly cache?: boolean | undefined;
  /** Whether the images are mirrored, as selfies are. */
  readonly mirrored?: boolean | undefined;
  /** Worker threads of each toolbox. */
  readonly workers?: number;
  /** Of all questions together; without one there is no limit. */
  readonly budget?: AskBudget | undefined;
  /** What was spent of the budget before. */
  readonly spent?: { readonly tokens: number; readonly usd: number };
  /** Told before an image or words leave this machine. */
  readonly notify?: (notice: string) => void;
}

/** Parts to ask with, and an end to them. */
export interface OpenedDependencies {
  readonly dependencies: AskDependencies;
  /** The labels that the examples imply, `null` when they leave them open. */
  readonly labels: readonly string[] | null;
  /** Ends the toolboxes' workers after the calls under way. */
  close(): Promise<void>;
}

/**
 * Opens everything that `ask` needs: prompts, model, toolboxes. The model comes first, so that a missing key is told
 * before networks are compiled.
 *
 * @throws {ConfigurationError} if something is asked for that does not exist.
 * @throws {ProviderError} if the model's server does not answer.
 */
export async function openDependencies(options: AskOptions, signal?: AbortSignal): Promise<OpenedDependencies> {
  const { model: spec, mode = null, shots, notify, budget, ...modelOptions } = options;
  // Reads what decides measurements, which takes other threads longer than this one, while the rest is opened.
  if (options.cache !== false) openMeasurements().catch(() => undefined);
  const prompts = await loadPromptLibrary(options.prompts ?? ownPath("prompts"));
  const calibrated = await openCalibration(options, shots?.shots ?? 0);
  const taxonomy = shots?.taxonomy === undefined ? options.taxonomy : await loadTaxonomy(shots.taxonomy);
  const drawn = { ...modelOptions, taxonomy, ...drawnWith(options, prompts.prompt("judge").temperature) };
  const open = budget === undefined ? openModel : withinBudget(budget, options.spent);
  const panel = await openPanel(options, { ...drawn, open }, signal);
  const model = panel?.judges[0] ?? (await open(spec, drawn, signal));
  const toolboxes = await openAllToolboxes(options, signal);
  const observers: SceneObserver[] = [];
  const clips: Clips[] = [];
  const close = async () => {
    const own = clips.flatMap(({ identity, speech }) => [identity, speech]);
    await Promise.all([...toolboxes, ...observers, ...own].map((opened) => opened.close()));
  };
  try {
    if (options.clip) clips.push(await openClips(options, toolboxes));
    observers.push(...(await createObservers(options)));
    const { allowRemote, localOnly } = options;
    const examples = await openExamples(shots && { ...shots, allowRemote, localOnly }, toolboxes, signal);
    const dependencies: AskDependencies = {
      toolboxes,
      observers,
      exemplars: examples.source,
      ...(clips[0] === undefined ? {} : { clips: clips[0] }),
      readTranscript: async (path) => (await import("../adapters/transcripts/read-transcript.ts")).readTranscript(path),
      model,
      prompts,
      tools: toolsOf(prompts, options, { toolboxes, exemplars: examples.source }),
      mode,
      answers: answersOf(panel?.judges ?? [model], options.cache),
      version: packageVersion(),
      ...(options.samples === undefined || options.samples === 1 ? {} : { samples: options.samples }),
      ...(panel === undefined ? {} : { panel }),
      ...(calibrated === undefined ? {} : { calibrated }),
      ...(notify === undefined ? {} : { notify }),
    };
    return {
      dependencies,
      labels: examples.labels ?? labelsOf(calibrated),
      close: () => Promise.all([close(), examples.close()]).then(() => {}),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Clips = NonNullable<AskDependencies["clips"]>;

/** As closely as `measure` looks at clips unless told. */
const CLIP_FPS = 5;
/** What models that see several images take without losing sight of any, at a price that stays small. */
const CLIP_FRAMES = 8;

async function openClips(options: AskOptions, toolboxes: readonly FerToolbox[]): Promise<Clips> {
  const { mirrored, framesPerSecond, transcribe, allowRemote, localOnly } = options;
  const transcriber =
    transcribe && (await openTranscriber(transcribe.name, { ...transcribe.options, allowRemote, localOnly }));
  const { imagesFor, openClipEncoder, openHearing, openIdentity, openVideoReader } = await import("./study.ts");
  const concurrency = Math.max(
    1,
    ...toolboxes.map(({ imagesAtOnce }) => imagesAtOnce ?? imagesFor(availableParallelism())),
  );
  const identity = await openIdentity(mirrored);
  return {
    identity,
    video: openVideoReader(framesPerSecond),
    encoder: openClipEncoder(),
    ...openHearing(),
    transcriber,
    fps: CLIP_FPS,
    budget: CLIP_FRAMES,
    concurrency,
    ...(framesPerSecond === undefined ? {} : { ofFolder: true }),
  };
}

/** The tools of a run: those that have something to show in it, and those for clips only where there may be one. */
export function toolsOf(
  prompts: PromptLibrary,
  { scene = true, objects = false, clip = false }: Pick<AskOptions, "scene" | "objects" | "clip">,
  { toolboxes, exemplars }: Pick<AskDependencies, "toolboxes" | "exemplars">,
): AgentTool[] {
  const shown = new Set<ShownByTool>();
  if (toolboxes.length > 1) shown.add("agreement");
  if (scene) shown.add("scene");
  if (objects) shown.add("objects");
  if (clip) shown.add("words");
  const all = createTools(prompts, exemplars === null ? [] : [createFindExemplars(exemplars)]);
  return toolsFor(clip ? all : toolsOn(all, "image"), shown);
}

/** The labels that a calibration is of, where it is of one list of them. */
function labelsOf(calibrated: Calibrated | undefined): readonly string[] | null {
  const lists = new Map(calibrated?.file.conditions.map(({ labels }) => [labels.join("\n"), labels]));
  return lists.size === 1 ? ([...lists.values()][0] ?? null) : null;
}

/**
 * Where answers are kept: not of the rules alone, which take no time, and not of a server on this machine that does not say
 * which weights it runs, as it may run others tomorrow. @param reuse whether what is there is taken.
 */
function answersOf(judges: readonly JudgeModel[], reuse = true): AnswerStore | null {
  const asked = judges.filter(({ id }) => id !== "rules");
  const isKnown = asked.every(({ remote, identity }) => remote || typeof identity.digest === "string");
  if (asked.length === 0 || !isKnown) return null;
  const store = openCache("answers");
  return reuse ? store : { ...store, get: async () => undefined };
}

/** The store is a large library: it is loaded only by those who ask with examples. */
async function openExamples(
  shots: ShotRequest | undefined,
  toolboxes: readonly FerToolbox[],
  signal?: AbortSignal,
): Promise<ShotSource> {
  if (shots === undefined) return { source: null, labels: null, close: async () => {} };
  const { openShotSource } = await import("./shots.ts");
  return openShotSource(shots, toolboxes, signal);
}

/** Toolboxes that measure now, and files that say what toolboxes measured earlier. */
async function openAllToolboxes(
  { toolboxes: names, evidence, workers, cache, mirrored }: AskOptions,
  signal?: AbortSignal,
): Promise<readonly FerToolbox[]> {
  const opened = await createToolboxes(
    names,
    { cache, mirrored, ...(workers === undefined ? {} : { workers }) },
    signal,
  );
  if (evidence === undefined) return opened;
  try {
    return [
      ...opened,
      ...(await importEvidenceFiles(evidence.files, evidence.images, { toolboxes: opened, mirrored, signal })),
    ];
  } catch (error) {
    await Promise.all(opened.map((toolbox) => toolbox.close()));
    throw error;
  }
}
