import { createSceneObserver } from "../adapters/scene/scene-observer.ts";
import { rememberObserver } from "../measuring/measurement-store.ts";
import { mirroredObserver } from "../measuring/mirrored.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import { openMeasurements } from "./caches.ts";

/** What of the scene is looked at. */
interface SceneChoice {
  /** Bodies, nearness and who looks where. */
  readonly scene?: boolean | undefined;
  /** Objects too, which are left alone unless asked for: models/cards/human-centernet.md says why. */
  readonly objects?: boolean | undefined;
  readonly cache?: boolean | undefined;
  /** Whether the image is mirrored, as selfies are. */
  readonly mirrored?: boolean | undefined;
}

/** Everything that looks at the scene around faces; nothing when that is not wanted. */
export async function createObservers({
  scene = true,
  objects = false,
  cache,
  mirrored,
}: SceneChoice = {}): Promise<readonly SceneObserver[]> {
  if (!scene) return [];
  const observer = await createSceneObserver({ objects });
  const remembering = cache === false ? observer : rememberObserver(observer, await openMeasurements());
  return [mirrored ? mirroredObserver(remembering) : remembering];
}
