import { createMeshToolbox } from "../adapters/mesh/mesh-toolbox.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { openToolbox } from "./field-toolboxes.ts";
import { networkToolboxNames, openNetworkToolbox } from "./network-toolboxes.ts";

export interface ToolboxOptions {
  /** Most worker threads of each toolbox that runs in this process; all cores when left out. */
  readonly workers?: number;
}

type OpenToolbox = (options: ToolboxOptions, signal?: AbortSignal) => Promise<FerToolbox>;

/** Every toolbox that can measure images, by the name that the user types: ours, and those of other people. */
const TOOLBOXES: Readonly<Record<string, OpenToolbox>> = {
  mesh: createMeshToolbox,
  openface: (_options, signal) => openToolbox("openface", undefined, signal),
  openface3: (_options, signal) => openToolbox("openface3", undefined, signal),
  pyfeat: (_options, signal) => openToolbox("pyfeat", undefined, signal),
  libreface: (_options, signal) => openToolbox("libreface", undefined, signal),
};

/** Names of the toolboxes that can be asked for, besides every network that reads faces (network-toolboxes.ts). */
export const TOOLBOX_NAMES: readonly string[] = Object.keys(TOOLBOXES);

/**
 * Opens toolboxes by name, in that order, each once; any known network that reads faces is one by its id. The first one is preferred where a face needs one box.
 *
 * @throws {ConfigurationError} if there is no toolbox of that name, or it is not on this machine or not pulled.
 */
export async function createToolboxes(
  names: readonly string[],
  options: ToolboxOptions = {},
  signal?: AbortSignal,
): Promise<readonly FerToolbox[]> {
  const opened: FerToolbox[] = [];
  try {
    const openers = await Promise.all([...new Set(names)].map(openerOf));
    for (const open of openers) opened.push(await open(options, signal));
  } catch (error) {
    await Promise.all(opened.map((toolbox) => toolbox.close()));
    throw error;
  }
  return opened;
}

async function openerOf(name: string): Promise<OpenToolbox> {
  const open = Object.hasOwn(TOOLBOXES, name) ? TOOLBOXES[name] : undefined;
  if (open !== undefined) return open;
  const networks = await networkToolboxNames();
  if (networks.includes(name)) return (options) => openNetworkToolbox(name, options);
  throw new ConfigurationError(
    `There is no toolbox "${name}". ${didYouMean(name, [...new Set([...TOOLBOX_NAMES, ...networks])])}`,
  );
}
