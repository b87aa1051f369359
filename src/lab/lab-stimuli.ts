import type { PixelBox } from "../domain/geometry.ts";
import type { ArmName } from "../evaluation/file/eval-file.ts";
import type { Sample } from "../evaluation/sample.ts";
import { ArmNotPossible, type StimulusSource, StimulusUnavailable } from "../evaluation/solver.ts";
import { isVideoName } from "../evidence/image-names.ts";
import { hashOfFile } from "../platform/hash.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { PersonSegmenter } from "../ports/person-segmenter.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import type { ArtefactScore } from "./artefact-score.ts";
import { setIntoScene } from "./composite.ts";
import { scaledBox } from "./head-shape.ts";
import { contextOnly, type Hidden, type Hiding, holeElsewhere } from "./hide.ts";
import { overFullSize } from "./mask.ts";
import { type PlacedFace, pasteFace } from "./paste-face.ts";
import type { Raster } from "./raster.ts";
import { inLightFrom, inLightOf } from "./relight.ts";
import { type NotPossible, openScene, type Scene } from "./scene.ts";
import { inTone, type Toned } from "./skin.ts";
import { blurredBackground, faceOnly, grayscale } from "./stimuli.ts";
import { encoded, notePath, readStimulusNote, stimulusPath } from "./stimulus-file.ts";
import { partnersOf } from "./swap-partners.ts";

/** Raised when a recipe changes what it shows. */
const RECIPES = 9;
/** Decoded and measured images that are kept: a run asks for all arms of a sample in a row. */
const KEPT_SCENES = 4;

/** What the lab needs. */
interface LabSetting extends Hiding {
  readonly samples: readonly Sample[];
  /** Where stimuli are written, so that people can be shown the same. */
  readonly folder: string;
  /** Finds the faces that are hidden, cut out and replaced. */
  readonly toolbox: FerToolbox;
  /** Tells people from the scene behind them. */
  readonly segmenter: PersonSegmenter;
  /** Absolute path of an image of a neutral face; `null` leaves the neutral arms out. */
  readonly neutral: string | null;
}

/** Builds what all arms show and tell, and writes each image once. */
export function createLabStimuli(setting: LabSetting): StimulusSource {
  const partners = partnersOf(setting.samples, setting.seed);
  const hashes = new Map<string, Promise<string>>();
  const scenes = new Map<string, Promise<Scene | null>>();
  /** Stimuli that an image does not allow, by where they would be: to find that out takes as long as to make them. */
  const refused = new Map<string, ArmNotPossible>();
  const hashOf = (path: string) => remembered(hashes, path, () => hashOfFile(path));
  const sceneOf = (path: string, region: PixelBox | null, signal?: AbortSignal) => {
    const open = () => openScene(path, region, setting, signal);
    return remembered(scenes, `${path} ${JSON.stringify(region)}`, open, KEPT_SCENES);
  };

  /** What is said of the situation in an arm: the words go with the scene, so where there is none nothing is said. */
  function wordsIn(sample: Sample, arm: ArmName): string | null {
    if (arm === "face-only" || arm === "neutral-alone") return null;
    return (SWAPS.has(arm) ? partners.get(sample.id) : sample)?.context ?? null;
  }

  async function identify(sample: Sample, arm: ArmName): Promise<unknown> {
    const pixels = await identifyPixels(sample, arm);
    return pixels === null ? null : { ...pixels, context: wordsIn(sample, arm) };
  }

  /** The words of a transcript go with the whole clip or image only. */
  const saidIn = async (words: string) => (isTranscriptFile(words) ? hashOf(words) : words);

  async function identifyPixels({ id, image, transcript }: Sample, arm: ArmName) {
    if (image === null) return null;
    const source = await hashOf(image);
    if (arm === "full") return { source, ...(transcript !== undefined && { said: await saidIn(transcript) }) };
    const partner = SWAPS.has(arm) ? partners.get(id) : undefined;
    const usesNeutral = arm === "neutral-in-context" || arm === "neutral-alone";
    return {
      source,
      arm,
      recipes: RECIPES,
      toolbox: setting.toolbox.id,
      segmenter: SEGMENTED.has(arm) ? setting.segmenter.id : null,
      ...(HIDING.has(arm) && { hide: setting.hide, mask: setting.mask }),
      seed: setting.seed,
      partner: partner?.image ? await hashOf(partner.image) : null,
      neutral: usesNeutral && setting.neutral !== null ? await hashOf(setting.neutral) : null,
    };
  }

  async function build(sample: Sample & { image: string }, arm: ArmName, signal?: AbortSignal): Promise<Built> {
    const scene = await sceneOf(sample.image, sample.region, signal);
    if (scene === null) throw new StimulusUnavailable(`No face was found to make "${arm}" of`);
    const region = scene.target.box;
    switch (arm) {
      case "face-only":
        return { raster: await faceOnly(scene), region: null };
      case "context-only":
        return hiddenIn(
          scene,
          await contextOnly(scene, setting),
          "the people take up too much of the image to fill it from the rest; hide faces by gray instead, `--hide faces --mask gray`",
        );
      case "hole-elsewhere":
        return hiddenIn(
          scene,
          await holeElsewhere(scene, setting),
          "there is no room for an equally large hole beside the people",
        );
      case "blurred-background":
        return { raster: await blurredBackground(scene), region };
      case "grayscale":
        return { raster: grayscale(scene), region };
      case "swapped-context": {
        const made = await setIntoScene(scene, await partnerScene(sample, signal), setting.seed);
        if ("why" in made) throw notPossible(`${made.why}; the arm face-swap sets the face alone into it`);
        return made;
      }
      case "face-swap": {
        const partner = await partnerScene(sample, signal);
        return { raster: await pasted(partner, scene), region: regionOf(partner) };
      }
      case "neutral-in-context":
        return { raster: await pasted(scene, await neutralScene(signal)), region: regionOf(scene) };
      case "neutral-alone":
        return { raster: await faceOnly(await neutralScene(signal)), region: null };
      case "skin-lighter":
      case "skin-darker":
        return { ...orNotPossible(await inTone(scene, arm)), region: regionOf(scene) };
      case "light-left":
      case "light-right":
      case "light-above":
      case "light-below":
        return { raster: orNotPossible(await inLightFrom(scene, arm)), region: regionOf(scene) };
      case "light-dim":
      case "light-warm":
      case "light-cool":
        return { raster: inLightOf(scene, arm), region };
      default:
        // The very pixels of the original, at its full size, in another file format.
        return { raster: scene.image, region };
    }
  }

  async function partnerScene({ id }: Sample, signal?: AbortSignal): Promise<Scene> {
    const partner = partners.get(id);
    const scene = partner?.image ? await sceneOf(partner.image, partner.region, signal) : null;
    if (scene === null) throw notPossible("there is no other image with a face to swap with");
    return scene;
  }

  async function neutralScene(signal?: AbortSignal): Promise<Scene> {
    if (setting.neutral === null) throw new StimulusUnavailable("No neutral face is given: set stimuli.neutral");
    const scene = await sceneOf(setting.neutral, null, signal);
    if (scene === null) throw new StimulusUnavailable(`No face was found in the neutral image \`${setting.neutral}\``);
    return scene;
  }

  return {
    identify,
    async prepare(sample, arm, signal, keep = writeFileAtomic) {
      const { image, transcript } = sample;
      if (image === null) return null;
      const context = wordsIn(sample, arm);
      if (arm === "full") {
        return { path: image, context, region: sample.region, ...(transcript !== undefined && { transcript }) };
      }
      if (isVideoName(image)) throw notPossible("stimuli are made of images: a clip is shown as it is");
      const recipe = await identifyPixels(sample, arm);
      const path = stimulusPath(setting.folder, sample.id, arm, recipe);
      const known = await readStimulusNote(path);
      if (known !== undefined) return { path, context, region: known.region };
      const earlier = refused.get(path);
      if (earlier !== undefined) throw earlier;
      const made = await build({ ...sample, image }, arm, signal).catch((error: unknown) => {
        if (error instanceof ArmNotPossible) refused.set(path, error);
        throw error;
      });
      await keep(path, await encoded(made.raster, path));
      const { artefacts = null, tone = null } = made;
      const about = { sample: sample.id, arm, region: made.region, context, artefacts, tone, recipe };
      await keep(notePath(path), `${JSON.stringify(about)}\n`);
      return { path, context, region: made.region };
    },
  };
}

function notPossible(why: string): ArmNotPossible {
  return new ArmNotPossible(`This arm cannot be shown, as ${why}`);
}

/** The image at its full size with a part hidden: outside of that it is the very image, so that nothing else tells. */
async function hiddenIn({ image, target }: Scene, hidden: Hidden | null, why: string): Promise<Built> {
  if (hidden === null) throw notPossible(why);
  const { raster, part, artefacts } = hidden;
  return { raster: await overFullSize(image, raster, part), region: target.box, artefacts };
}

/** Arms that hide something, and those that need to know where people are. */
const HIDING: ReadonlySet<ArmName> = new Set(["context-only", "hole-elsewhere"]);
const SEGMENTED: ReadonlySet<ArmName> = new Set([
  ...HIDING,
  ...(["face-only", "neutral-alone", "blurred-background", "swapped-context"] as const),
  ...(["light-left", "light-right", "light-above", "light-below", "skin-lighter", "skin-darker"] as const),
]);
/** Arms that show a face in the scene of another image. */
const SWAPS: ReadonlySet<ArmName> = new Set(["swapped-context", "face-swap"]);

/** One face in place of another's. */
async function pasted(scene: Scene, face: Scene): Promise<Raster> {
  return orNotPossible(await pasteFace(placed(scene), placed(face)));
}

function orNotPossible<T extends object>(made: T | NotPossible): T {
  if ("why" in made) throw notPossible(made.why);
  return made;
}

function placed({ raster, target, scale }: Scene): PlacedFace {
  return { raster, face: target, scale };
}

/** A stimulus, with the asked-about person in its own pixels; `null` when that person fills or has left it. */
interface Built {
  readonly raster: Raster;
  readonly region: PixelBox | null;
  readonly artefacts?: ArtefactScore | null;
  readonly tone?: Toned["tone"];
}

/** The person in stimuli that are made at the size of the raster. */
function regionOf({ target: { box }, scale }: Scene): PixelBox {
  return scaledBox(box, scale);
}

/** What was made for a key, and only the last `most` of them. */
function remembered<T>(
  known: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const [oldest] = known.keys();
  if (known.size >= most && oldest !== undefined) known.delete(oldest);
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
