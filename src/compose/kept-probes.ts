import { ModelProbe } from "../domain/model-probe.ts";
import { contentKey } from "../platform/content-store.ts";
import { packageVersion } from "../platform/package-paths.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import { openCache } from "./caches.ts";

/** Model, server, and the versions of weights, server and Kuleshov: another of any is tried anew. */
function keyOf({ id, identity }: JudgeModel): string {
  const { server = null, digest = null, build = null } = identity;
  return contentKey({ id, server, digest, build, kuleshov: packageVersion() });
}

/** What this model was seen to do on this server; `undefined` when it was not tried. */
export async function keptProbe(model: JudgeModel): Promise<ModelProbe | undefined> {
  const kept = ModelProbe.safeParse(await openCache("probes").get(keyOf(model)));
  return kept.success ? kept.data : undefined;
}

/** Keeps it for whoever asks this model next. */
export async function keepProbe(model: JudgeModel, probe: ModelProbe): Promise<void> {
  await openCache("probes").put(keyOf(model), probe);
}
