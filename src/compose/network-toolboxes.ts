import { createNetworkToolbox } from "../adapters/mesh/network-toolbox.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { networkState } from "../networks/list-networks.ts";
import type { NetworkManifest } from "../networks/manifest.ts";
import { loadManifests } from "../networks/manifest-store.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/** Other names under which a network can be asked for, and what reports then call it. */
const ALIASES: Readonly<Record<string, { readonly network: string; readonly name: string }>> = {
  blendshapes: { network: "face-landmarker-blendshapes", name: "face-landmarker" },
  face_landmarker: { network: "face-landmarker-blendshapes", name: "face-landmarker" },
  "face-landmarker-blendshapes": { network: "face-landmarker-blendshapes", name: "face-landmarker" },
};

/** Names of all networks that can be asked for as toolboxes: shipped, pulled or not, and the user's own. */
export async function networkToolboxNames(): Promise<readonly string[]> {
  const ids = (await loadManifests()).filter(({ manifest }) => readsFaces(manifest)).map(({ manifest }) => manifest.id);
  return [...new Set([...ids, ...Object.keys(ALIASES)])];
}

/**
 * Opens a network as a toolbox, under one of {@link networkToolboxNames}.
 *
 * @throws {ConfigurationError} if it is unknown, has not been pulled, or its file cannot be used.
 */
export async function openNetworkToolbox(
  name: string,
  options: { readonly workers?: number } = {},
): Promise<FerToolbox> {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  const id = alias?.network ?? name;
  const stored = (await loadManifests()).find(({ manifest }) => manifest.id === id);
  if (stored === undefined) throw new ConfigurationError(`No network is known under the name "${name}"`);
  const status = await networkState(stored, cacheFolder());
  if (status.state === "to-pull") {
    throw new ConfigurationError(
      `The toolbox "${name}" has not been pulled yet: run \`kuleshov models pull ${status.download}\``,
    );
  }
  if (status.state === "unavailable") throw new ConfigurationError(status.reason);
  return createNetworkToolbox(id, alias === undefined ? options : { ...options, name: alias.name });
}

function readsFaces({ readings }: NetworkManifest): boolean {
  return readings.length > 0;
}
