import type { NewEvidence } from "../domain/evidence.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
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
        ? remembered<readonly FaceMeasurement[]>(keyOf(toolbox, image, store), store, work)
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
      return remembered<readonly NewEvidence[]>(keyOf(observer, scene.image, store, scene.faces), store, work);
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

/** An entry that is damaged is made again. It is of this code, whose hash is in its key: no other can have left it there. */
async function remembered<T>(key: string, store: MeasurementStore, work: () => Promise<T>): Promise<T> {
  const kept = await store.values.get(key);
  if (kept !== undefined) return kept as T;
  const made = await work();
  // That it cannot be kept (full disk, no rights) costs only the time to measure it again.
  await store.values.put(key, made).catch(() => undefined);
  return made;
}
