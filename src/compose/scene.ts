import { createSceneObserver } from "../adapters/scene/scene-observer.ts";
import { rememberObserver } from "../measuring/measurement-store.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import { openMeasurements } from "./caches.ts";

/** Everything that looks at the scene around faces; nothing when that is not wanted. */
export async function createObservers(
  wanted: boolean,
  { cache }: { readonly cache?: boolean | undefined } = {},
): Promise<readonly SceneObserver[]> {
  if (!wanted) return [];
  const observer = await createSceneObserver();
  return [cache === false ? observer : rememberObserver(observer, await openMeasurements())];
}
