import { createMeshToolbox } from "../adapters/mesh/mesh-toolbox.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { openToolbox } from "./field-toolboxes.ts";

export interface ToolboxOptions {
  /** Most worker threads of each toolbox that runs in this process; all cores when left out. */
  readonly workers?: number;
}

/** Every toolbox that can measure pictures, by the name that the user types: ours, and those of other people. */
const TOOLBOXES: Readonly<Record<string, (options: ToolboxOptions) => Promise<FerToolbox>>> = {
  mesh: createMeshToolbox,
  openface: () => openToolbox("openface"),
  openface3: () => openToolbox("openface3"),
  pyfeat: () => openToolbox("pyfeat"),
  libreface: () => openToolbox("libreface"),
};

/** Names of the toolboxes that can be asked for. */
export const TOOLBOX_NAMES: readonly string[] = Object.keys(TOOLBOXES);

/**
 * Opens toolboxes by name, in that order, each once. The first one is preferred where a face needs one box.
 *
 * @throws {ConfigurationError} if there is no toolbox of that name, or it is not on this machine.
 */
export async function createToolboxes(
  names: readonly string[],
  options: ToolboxOptions = {},
): Promise<readonly FerToolbox[]> {
  const opened: FerToolbox[] = [];
  try {
    for (const open of [...new Set(names)].map(openerOf)) opened.push(await open(options));
  } catch (error) {
    await Promise.all(opened.map((toolbox) => toolbox.close()));
    throw error;
  }
  return opened;
}

function openerOf(name: string): (options: ToolboxOptions) => Promise<FerToolbox> {
  const open = Object.hasOwn(TOOLBOXES, name) ? TOOLBOXES[name] : undefined;
  if (open !== undefined) return open;
  throw new ConfigurationError(`There is no toolbox "${name}". ${didYouMean(name, TOOLBOX_NAMES)}`);
}
