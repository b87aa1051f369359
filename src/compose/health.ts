import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { availableParallelism, release } from "node:os";
import { checkFfmpeg } from "../adapters/ffmpeg/ffmpeg-health.ts";
import type { FoundToolbox, ToolboxDefinition } from "../adapters/toolbox-definition.ts";
import type { HealthCheck } from "../domain/health.ts";
import { listNetworks, type NetworkListing } from "../networks/list-networks.ts";
import { type PullOptions, pullNetwork } from "../networks/pull.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { type SmileCheck, smileCheckOf } from "./known-smile.ts";
import { MODEL_PROVIDERS } from "./models.ts";
import { ffmpegHere } from "./study.ts";
import { toolboxDefinitions } from "./toolboxes.ts";

/** Everything that Kuleshov can use on this machine, found or not. Nothing is installed, compiled or sent anywhere. */
export async function checkHealth(signal?: AbortSignal): Promise<HealthCheck[]> {
  const [networks, toolboxes, models] = await Promise.all([
    checkNetworks(),
    probeToolboxes(undefined, signal),
    Promise.all(MODEL_PROVIDERS.map((provider) => provider.check(process.env, signal))),
  ]);
  return [...(await checkMachine(signal)), ...networks, ...toolboxes.map(healthOfToolbox), ...models];
}

async function checkMachine(signal?: AbortSignal): Promise<HealthCheck[]> {
  const supported = Number(process.versions.node.split(".")[0]) >= 20;
  return [
    {
      group: "machine",
      name: "node",
      state: supported ? "ready" : "broken",
      detail: `${process.version} on ${process.platform} ${process.arch} (${release()}), ${availableParallelism()} cores`,
      remedy: supported ? null : "install Node 20.19 or newer",
    },
    await checkCache(),
    await checkFfmpeg(ffmpegHere(), signal),
  ];
}

/** A cache that cannot be written costs a compilation at every start, and nothing can be pulled. */
async function checkCache(): Promise<HealthCheck> {
  const folder = cacheFolder();
  const check = { group: "machine", name: "cache" } as const;
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    return { ...check, state: "ready", detail: folder, remedy: null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy = "set KULESHOV_CACHE to a folder that can be written";
    return { ...check, state: "broken", detail: `${folder} cannot be written (${code})`, remedy };
  }
}

async function checkNetworks(): Promise<HealthCheck[]> {
  return (await listNetworks()).map(checkNetwork);
}

function checkNetwork({ manifest, origin, status }: NetworkListing): HealthCheck {
  const check = { group: "networks", name: manifest.id } as const;
  const use = manifest.readings.length > 0 ? `, --toolbox ${manifest.id}` : "";
  if (status.state === "ready")
    return { ...check, state: "ready", detail: `${manifest.title}, ${origin}${use}`, remedy: null };
  if (status.state === "to-compile") {
    return {
      ...check,
      state: "ready",
      detail: `${manifest.title}, compiled on first use, ${origin}${use}`,
      remedy: null,
    };
  }
  if (status.state === "to-pull") {
    const remedy = `kuleshov models pull ${status.download} (${manifest.licence.spdx})`;
    return { ...check, state: "missing", detail: `${manifest.title}, optional${use}`, remedy };
  }
  const remedy = manifest.source.kind === "npm" ? "run npm ci again" : "see the reason";
  return { ...check, state: "broken", detail: status.reason, remedy };
}

/** A published file of networks that is not here, and what whoever fetches it agrees to. */
export interface NetworkToPull {
  readonly download: string;
  /** Those in it, as their checks name them. */
  readonly networks: readonly string[];
  readonly title: string;
  /** Its official address. */
  readonly origin: string;
  readonly sizeBytes: number;
  readonly licence: NetworkListing["manifest"]["licence"];
}

/** Each file once, whatever the number of networks in it. */
export async function networksToPull(): Promise<readonly NetworkToPull[]> {
  const files = new Map<string, NetworkToPull & { readonly networks: string[] }>();
  for (const { manifest, origin, status } of await listNetworks()) {
    if (status.state !== "to-pull") continue;
    const { download, sizeBytes } = status;
    const { id, title, licence } = manifest;
    const file = files.get(download) ?? { download, networks: [], title, origin, sizeBytes, licence };
    file.networks.push(id);
    files.set(download, file);
  }
  return [...files.values()];
}

/** Fetches a file as `kuleshov models pull` does, for somebody who has accepted its licence. */
export async function pullAccepted(
  download: string,
  onProgress: NonNullable<PullOptions["onProgress"]>,
  signal: AbortSignal,
): Promise<void> {
  await pullNetwork(download, { acceptLicence: () => true, onProgress }, signal);
}

/** What is known about one toolbox on this machine. */
interface ToolboxProbe {
  readonly definition: ToolboxDefinition;
  readonly found: FoundToolbox | undefined;
  /** Why it cannot be run, as a clause; `undefined` when it can. */
  readonly missing: string | undefined;
  readonly smile: SmileCheck | undefined;
}

/** Looks for every toolbox of other people, and has those found measure a known smile, once per version. */
export async function probeToolboxes(
  definitions: readonly ToolboxDefinition[] = toolboxDefinitions(),
  signal?: AbortSignal,
): Promise<readonly ToolboxProbe[]> {
  const probes: ToolboxProbe[] = [];
  for (const definition of definitions) {
    if (definition.open === undefined) probes.push(await probe(definition, signal));
  }
  return probes;
}

async function probe(definition: ToolboxDefinition, signal?: AbortSignal): Promise<ToolboxProbe> {
  const nothing = { definition, found: undefined, smile: undefined };
  if (definition.find === undefined) return { ...nothing, missing: "it cannot be run by other programs" };
  const found = await definition.find(signal);
  if ("missing" in found) return { ...nothing, missing: found.missing };
  const toolbox = found.open();
  try {
    return {
      definition,
      found,
      missing: undefined,
      smile: await smileCheckOf(toolbox, { recheckSuspect: true }, signal),
    };
  } finally {
    await toolbox.close();
  }
}

/** A probe as a line of `doctor`. */
export function healthOfToolbox({ definition, found, missing, smile }: ToolboxProbe): HealthCheck {
  const check = { group: "toolboxes", name: definition.name } as const;
  const install = [...definition.install, `licence: ${definition.licence}`].join("\n");
  if (found === undefined) {
    const detail = `${definition.title}: ${missing}; its files can be imported with --evidence`;
    return { ...check, state: "missing", detail, remedy: install };
  }
  const detail = `${found.id} at ${found.path}; ${smile?.detail ?? "not checked"}. ${definition.licence}`;
  if (smile?.state === "suspect")
    return { ...check, state: "suspect", detail, remedy: `install it again:\n${install}` };
  if (smile?.state === "failed") return { ...check, state: "broken", detail, remedy: `install it again:\n${install}` };
  return { ...check, state: "ready", detail, remedy: null };
}
