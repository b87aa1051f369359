import type { NewEvidence } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";

/** Puts what every observer finds in the scene into the ledger, in the order of the observers. */
export async function observeScene(
  scene: { readonly image: DecodedImage; readonly faces: readonly Face[]; readonly ledger: EvidenceLedger },
  observers: readonly SceneObserver[],
  signal?: AbortSignal,
): Promise<void> {
  for (const item of await sceneOf(scene, observers, signal)) scene.ledger.add(item);
}

/** What every observer finds, in the order of the observers. */
export async function sceneOf(
  scene: { readonly image: DecodedImage; readonly faces: readonly Face[] },
  observers: readonly SceneObserver[],
  signal?: AbortSignal,
): Promise<readonly NewEvidence[]> {
  const found = await Promise.all(observers.map((observer) => observer.observe(scene, signal)));
  return found.flat();
}
