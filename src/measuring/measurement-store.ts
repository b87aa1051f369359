import { z } from "zod";
import { NewEvidence } from "../domain/evidence.ts";
import type { DecodedImage } from "../domain/image.ts";
import { type Face, FaceMeasurement } from "../domain/measurement.ts";
import { type ContentStore, canonicalJson, contentKey } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";

/** What was measured before, on any image with the same pixels, and what else decides it. */
export interface MeasurementStore {
  readonly values: ContentStore;
  /** Changes with everything in Kuleshov that decides numbers: its code and the knowledge it ships. */
  readonly fingerprint: string;
}

const Measurements = z.array(FaceMeasurement);
const Items = z.array(NewEvidence);

/**
 * A toolbox that measures each image once: pixels that it measured before, in whatever process, come from the store.
 * Frames of videos are measured each time, as they would fill it and hardly ever come again. So is whatever a program of
 * other people measures: its version does not tell with which files, and a wrong number is worse than a slow one.
 */
export function rememberToolbox(toolbox: FerToolbox, store: MeasurementStore): FerToolbox {
  if (toolbox.networks.length === 0 || toolbox.measureGiven !== undefined) return toolbox;
  return {
    ...toolbox,
    measure(image, signal) {
      const work = () => toolbox.measure(image, signal);
      return image.frame === undefined
        ? remembered(keyOf(toolbox, image, store), Measurements, { store, work })
        : work();
    },
    close: () => toolbox.close(),
  };
}

/** An observer that looks at each scene once: the same pixels with the same faces come from the store. */
export function rememberObserver(observer: SceneObserver, store: MeasurementStore): SceneObserver {
  return {
    ...observer,
    observe(scene, signal) {
      const work = () => observer.observe(scene, signal);
      return remembered(keyOf(observer, scene.image, store, scene.faces), Items, { store, work });
    },
    close: () => observer.close(),
  };
}

/** Who measured, with which networks and code, on which pixels, given which faces. */
function keyOf(
  { id, networks }: Pick<FerToolbox, "id" | "networks"> | Pick<SceneObserver, "id" | "networks">,
  image: DecodedImage,
  { fingerprint }: MeasurementStore,
  faces: readonly Face[] | null = null,
): string {
  const { widthPx, heightPx } = image;
  const given = faces === null ? null : sha256(canonicalJson(faces));
  return contentKey({ id, networks, fingerprint, widthPx, heightPx, pixels: pixelHash(image), faces: given });
}

/** Several megabytes: toolboxes and observers ask for the hash of the same image. */
const pixelHashes = new WeakMap<DecodedImage, string>();

function pixelHash(image: DecodedImage): string {
  const hash = pixelHashes.get(image) ?? sha256(image.rgb);
  pixelHashes.set(image, hash);
  return hash;
}

/** An entry that is damaged, or not what this version keeps, is made again. */
async function remembered<T>(
  key: string,
  schema: z.ZodType<T>,
  { store, work }: { readonly store: MeasurementStore; readonly work: () => Promise<T> },
): Promise<T> {
  const kept = schema.safeParse(await store.values.get(key));
  if (kept.success) return kept.data;
  const made = await work();
  // That it cannot be kept (full disk, no rights) costs only the time to measure it again.
  await store.values.put(key, made).catch(() => undefined);
  return made;
}
