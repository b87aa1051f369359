import { createSceneObserver } from "../adapters/scene/scene-observer.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";

/** Everything that looks at the scene around faces; nothing when that is not wanted. */
export async function createObservers(wanted: boolean): Promise<readonly SceneObserver[]> {
  return wanted ? [await createSceneObserver()] : [];
}
