import type { ShotMode } from "../exemplars/shot-modes.ts";
import { endingOf } from "../measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "../measuring/image-format.ts";
import type { Shard } from "../runs/shard.ts";
import type { ModelSettings } from "./model-settings.ts";

/** What `ask` takes beside the settings of the model. */
export interface AskOptions {
  readonly cache?: boolean;
  readonly mirrored?: true;
  readonly context?: string;
  readonly transcript?: string;
  /** Of a folder of frames, how many are shown in a second. */
  readonly fps?: number;
  readonly sound?: string;
  readonly face?: string;
  readonly blurOthers?: true;
  readonly budgetUsd?: number;
  readonly budgetTokens?: number;
  readonly labels?: readonly string[];
  readonly toolbox: readonly string[];
  readonly evidence?: readonly string[];
  readonly scene: boolean;
  readonly objects?: true;
  readonly without?: string;
  readonly shots?: number;
  readonly shotMode?: ShotMode;
  readonly categories?: readonly string[];
  readonly taxonomy?: string;
  readonly pack?: readonly string[];
  readonly distilled?: string;
  readonly store?: string;
  readonly full?: true;
  readonly json?: true;
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
  readonly shard?: Shard;
  readonly mode?: "agent" | "single-pass";
}

/** What is asked, of which image, as the options say. */
export type Asked = AskOptions & ModelSettings & { readonly image: string; readonly question?: string | undefined };

/** By the ending of its name, or as somebody says how fast its frames follow. */
export function isClip({ image, fps }: Pick<Asked, "image" | "fps">): boolean {
  return fps !== undefined || VIDEO_ENDINGS.includes(endingOf(image));
}

/** The parts to ask with. */
export function partsOptions(asked: Asked, images: readonly string[] = [asked.image]) {
  const { model = "rules", toolbox, scene, objects, evidence, mode } = asked;
  return {
    model,
    toolboxes: toolbox,
    cache: asked.cache,
    mirrored: asked.mirrored,
    scene,
    objects,
    clip: images.some((image) => isClip({ ...asked, image })),
    framesPerSecond: asked.fps,
    mode: mode ?? null,
    ...transcriberIn(asked),
    ...shotOptions(asked),
    ...(evidence === undefined ? {} : { evidence: { files: evidence, images } }),
  };
}

/** The settings as the transcriber of clips is opened with; none where nobody wants one. */
function transcriberIn({ transcribe, transcribeUrl, timeout }: Asked) {
  if (transcribe === undefined) return {};
  const options = {
    ...(transcribeUrl === undefined ? {} : { baseUrl: transcribeUrl }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  };
  return { transcribe: { name: transcribe, options } };
}

const SHOTS_WHEN_ASKED_FOR = 8;

/** Examples are shown when a number, categories, a pack or definitions are named; a taxonomy alone only names the labels. */
function shotOptions({ shots, shotMode, categories, taxonomy, pack, distilled, store, seed }: Asked) {
  const wanted = categories !== undefined || pack !== undefined || shotMode === "definitions";
  if (!wanted && shots === undefined && taxonomy === undefined) return {};
  const request = {
    shots: shots ?? (wanted ? SHOTS_WHEN_ASKED_FOR : 0),
    ...(shotMode === undefined ? {} : { mode: shotMode }),
    ...(categories === undefined ? {} : { categories }),
    ...(taxonomy === undefined ? {} : { taxonomy }),
    ...(pack === undefined ? {} : { packs: pack }),
    ...(distilled === undefined ? {} : { distilled }),
    ...(store === undefined ? {} : { store }),
    ...(seed === undefined ? {} : { seed }),
  };
  return { shots: request };
}
