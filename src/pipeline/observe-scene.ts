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
  const found = await Promise.all(observers.map((observer) => observer.observe(scene, signal)));
  for (const item of found.flat()) scene.ledger.add(item);
}
