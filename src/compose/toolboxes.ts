import { affdexToolbox } from "../adapters/affdex/affdex-table.ts";
import { blendshapesToolbox } from "../adapters/blendshapes/blendshape-table.ts";
import { faceReaderToolbox } from "../adapters/facereader/facereader-table.ts";
import { humeToolbox } from "../adapters/hume/hume-json.ts";
import { libreFaceToolbox } from "../adapters/libreface/libreface-toolbox.ts";
import { meshToolbox } from "../adapters/mesh/mesh-toolbox.ts";
import { createNetworkToolbox } from "../adapters/mesh/network-toolbox.ts";
import { openFaceToolbox } from "../adapters/openface/openface-toolbox.ts";
import { openFace3Toolbox } from "../adapters/openface3/openface3-toolbox.ts";
import { pyAfarToolbox } from "../adapters/pyafar/pyafar-table.ts";
import { pyFeatToolbox } from "../adapters/pyfeat/pyfeat-toolbox.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../adapters/toolbox-definition.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { rememberToolbox } from "../measuring/measurement-store.ts";
import { mirroredToolbox } from "../measuring/mirrored.ts";
import { networkState } from "../networks/list-networks.ts";
import { loadManifests } from "../networks/manifest-store.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { openMeasurements } from "./caches.ts";
import { smileCheckOf, smileWarning } from "./known-smile.ts";

/** Every toolbox that is run, or whose files are read, in the order in which `doctor` lists them. */
export function toolboxDefinitions(environment: ToolboxEnvironment = process): readonly ToolboxDefinition[] {
  return [
    meshToolbox,
    openFaceToolbox(environment),
    openFace3Toolbox(environment),
    pyFeatToolbox(environment),
    libreFaceToolbox(environment),
    pyAfarToolbox,
    affdexToolbox,
    blendshapesToolbox,
    faceReaderToolbox,
    humeToolbox,
  ];
}

/** Other names under which a network can be asked for, and what reports then call it. */
const NETWORK_ALIASES: Readonly<Record<string, { readonly network: string; readonly name: string }>> = {
  blendshapes: { network: "face-landmarker-blendshapes", name: "face-landmarker" },
  face_landmarker: { network: "face-landmarker-blendshapes", name: "face-landmarker" },
  "face-landmarker-blendshapes": { network: "face-landmarker-blendshapes", name: "face-landmarker" },
};

export interface ToolboxOptions {
  /** Whether images that were measured before are taken from the measurement store; they are unless told. */
  readonly cache?: boolean | undefined;
  /** Whether the images are mirrored, as selfies are: left and right are then the subject's again. */
  readonly mirrored?: boolean | undefined;
  /** Most worker threads of each toolbox that runs in this process; all cores when left out. */
  readonly workers?: number;
  /** Where the programs of other people are looked for; as this process sees them when left out. */
  readonly environment?: ToolboxEnvironment;
}

/** Names of every toolbox that can be asked for: of programs, and of networks that read faces, the user's own included. */
export async function toolboxNames(): Promise<readonly string[]> {
  const programs = toolboxDefinitions().filter(canBeRun);
  return [...new Set([...programs.map(({ name }) => name), ...(await networkNames())])];
}

/**
 * Opens toolboxes by name, in that order, each once; any known network that reads faces is one by its id. The first one
 * is preferred where a face needs one box.
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
    const definitions = toolboxDefinitions(options.environment);
    const wanted = new Set(names.map((name) => definitions.find((known) => answersTo(known, name))?.name ?? name));
    const openers = await Promise.all([...wanted].map((name) => openerOf(name, definitions, { options, signal })));
    const store = options.cache === false ? null : await openMeasurements();
    for (const open of openers) {
      const toolbox = await open();
      const remembering = store === null ? toolbox : rememberToolbox(toolbox, store);
      opened.push(options.mirrored ? mirroredToolbox(remembering) : remembering);
    }
  } catch (error) {
    await Promise.all(opened.map((toolbox) => toolbox.close()));
    throw error;
  }
  return opened;
}

/** All names are looked up before anything is opened, so that a mistyped one costs no time. */
async function openerOf(
  name: string,
  definitions: readonly ToolboxDefinition[],
  { options, signal }: { readonly options: ToolboxOptions; readonly signal: AbortSignal | undefined },
): Promise<() => Promise<FerToolbox>> {
  const definition = definitions.find((known) => known.name === name);
  const { open, find } = definition ?? {};
  if (open !== undefined) return () => open(options);
  if (definition !== undefined && find !== undefined) return () => openProgram(definition, find, signal);
  if ((await networkNames()).includes(name)) return () => openNetwork(name, options);
  if (definition !== undefined) {
    throw new ConfigurationError(
      `${definition.title} cannot be run by other programs: ${definition.install.join("; ")}`,
    );
  }
  throw new ConfigurationError(`There is no toolbox "${name}". ${didYouMean(name, await toolboxNames())}`);
}

/** Whether a toolbox goes by a name that a user typed. */
export function answersTo({ name, aliases = [] }: ToolboxDefinition, typed: string): boolean {
  return [name, ...aliases].includes(typed.toLowerCase());
}

function canBeRun({ open, find }: ToolboxDefinition): boolean {
  return open !== undefined || find !== undefined;
}

/** Opens a program of other people. Its `warnings` say when it did not see a known smile. */
async function openProgram(
  { title, install }: ToolboxDefinition,
  find: NonNullable<ToolboxDefinition["find"]>,
  signal?: AbortSignal,
): Promise<FerToolbox> {
  const found = await find(signal);
  if ("missing" in found) {
    throw new ConfigurationError(`Cannot run ${title} as ${found.missing}. To install it: ${install.join("; ")}`);
  }
  const toolbox = found.open();
  try {
    const warning = smileWarning(toolbox.id, await smileCheckOf(toolbox, {}, signal));
    return warning === undefined ? toolbox : { ...toolbox, warnings: [warning] };
  } catch (error) {
    await toolbox.close();
    throw error;
  }
}

/** Networks that read faces: shipped, pulled or not, and the user's own. */
async function networkNames(): Promise<readonly string[]> {
  const reading = (await loadManifests()).filter(({ manifest }) => manifest.readings.length > 0);
  return [...reading.map(({ manifest }) => manifest.id), ...Object.keys(NETWORK_ALIASES)];
}

async function openNetwork(name: string, options: { readonly workers?: number }): Promise<FerToolbox> {
  const alias = Object.hasOwn(NETWORK_ALIASES, name) ? NETWORK_ALIASES[name] : undefined;
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
