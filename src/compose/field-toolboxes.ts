import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { affdexDefinition } from "../adapters/affdex/affdex-definition.ts";
import { blendshapesDefinition } from "../adapters/blendshapes/blendshapes-definition.ts";
import { libreFaceDefinition } from "../adapters/libreface/libreface-program.ts";
import { openFaceDefinition } from "../adapters/openface/openface-program.ts";
import { openFace3Definition } from "../adapters/openface3/openface3-program.ts";
import { pyAfarDefinition } from "../adapters/pyafar/pyafar-definition.ts";
import { pyFeatDefinition } from "../adapters/pyfeat/pyfeat-program.ts";
import type { ToolboxEnvironment } from "../adapters/toolbox-process/find-program.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { HealthCheck } from "../domain/health.ts";
import { cropImage } from "../domain/image.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { checkKnownSmile, type SmileCheck, smileWarning } from "../measuring/known-smile.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { FoundToolbox, ToolboxDefinition } from "../ports/toolbox-definition.ts";

/** The toolboxes of other people, in the order in which `doctor` lists them. */
export function toolboxDefinitions(environment: ToolboxEnvironment = process): readonly ToolboxDefinition[] {
  return [
    openFaceDefinition(environment),
    openFace3Definition(environment),
    pyFeatDefinition(environment),
    libreFaceDefinition(environment),
    pyAfarDefinition,
    affdexDefinition,
    blendshapesDefinition,
  ];
}

/** What is known about one toolbox on this machine. */
export interface ToolboxProbe {
  readonly kind: ToolboxDefinition;
  readonly found: FoundToolbox | undefined;
  /** Why it cannot be run, as a clause; `undefined` when it can. */
  readonly missing: string | undefined;
  readonly smile: SmileCheck | undefined;
}

/** Looks for every toolbox, and has those found measure a known smile, once per version. */
export async function probeToolboxes(
  kinds: readonly ToolboxDefinition[] = toolboxDefinitions(),
  signal?: AbortSignal,
): Promise<readonly ToolboxProbe[]> {
  const probes: ToolboxProbe[] = [];
  for (const kind of kinds) probes.push(await probe(kind, signal));
  return probes;
}

async function probe(kind: ToolboxDefinition, signal?: AbortSignal): Promise<ToolboxProbe> {
  const nothing = { kind, found: undefined, smile: undefined };
  if (kind.find === undefined) return { ...nothing, missing: "it cannot be run by other programs" };
  const found = await kind.find(signal);
  if ("missing" in found) return { ...nothing, missing: found.missing };
  const toolbox = found.open();
  try {
    return { kind, found, missing: undefined, smile: await smileCheckOf(toolbox, { recheckSuspect: true }, signal) };
  } finally {
    await toolbox.close();
  }
}

/** A probe as a line of `doctor`. */
export function healthOfToolbox({ kind, found, missing, smile }: ToolboxProbe): HealthCheck {
  const check = { group: "toolboxes", name: kind.name } as const;
  const install = [...kind.install, `licence: ${kind.licence}`].join("\n");
  if (found === undefined) {
    const detail = `${kind.title}: ${missing}; its files can be imported with --evidence`;
    return { ...check, state: "missing", detail, remedy: install };
  }
  const detail = `${found.id} at ${found.path}; ${smile?.detail ?? "not checked"}. ${kind.licence}`;
  if (smile?.state === "suspect")
    return { ...check, state: "suspect", detail, remedy: `install it again:\n${install}` };
  if (smile?.state === "failed") return { ...check, state: "broken", detail, remedy: `install it again:\n${install}` };
  return { ...check, state: "ready", detail, remedy: null };
}

/**
 * Opens a toolbox that the user asked for by name. Its `warnings` say whether it saw a known smile.
 *
 * @throws {ConfigurationError} if there is no such toolbox, or it is not on this machine.
 */
export async function openToolbox(
  name: string,
  kinds: readonly ToolboxDefinition[] = toolboxDefinitions(),
  signal?: AbortSignal,
): Promise<FerToolbox> {
  const kind = kinds.find((known) => known.name === name.toLowerCase());
  if (kind === undefined) {
    throw new ConfigurationError(`There is no toolbox "${name}": known are ${kinds.map((k) => k.name).join(", ")}`);
  }
  if (kind.find === undefined) {
    throw new ConfigurationError(`${kind.title} cannot be run by other programs: ${kind.install.join("; ")}`);
  }
  const found = await kind.find(signal);
  if ("missing" in found) {
    throw new ConfigurationError(
      `Cannot run ${kind.title} as ${found.missing}. To install it: ${kind.install.join("; ")}`,
    );
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

/** A woman who smiles at the camera, in an image that ships with face-api. */
const SMILE = {
  package: "@vladmandic/face-api",
  file: "demo/sample3.jpg",
  part: { leftPx: 1380, topPx: 220, widthPx: 460, heightPx: 460 },
  faceInPart: { leftPx: 115, topPx: 60, widthPx: 190, heightPx: 290 },
} as const;

const KnownChecks = z.record(
  z.string(),
  z.object({ state: z.enum(["passed", "suspect", "unsupported", "failed"]), detail: z.string() }),
);

/**
 * Checks a toolbox on the known smile, or remembers what came of it for this version. Failures are not remembered, and a
 * suspicion can be looked into again, as weights can be replaced under the same version.
 */
export async function smileCheckOf(
  toolbox: FerToolbox,
  options: { readonly recheckSuspect?: boolean } = {},
  signal?: AbortSignal,
): Promise<SmileCheck> {
  const installed = findInstalledPackage(SMILE.package);
  if (installed === undefined) throw new ConfigurationError(`${SMILE.package} is not installed: run npm ci again`);
  const file = join(cacheFolder(), "toolbox-checks.json");
  const key = `${toolbox.id} on ${SMILE.file}@${installed.version}`;
  const known = await readChecks(file);
  const earlier = known[key];
  if (earlier !== undefined && !(earlier.state === "suspect" && options.recheckSuspect === true)) return earlier;
  const image = cropImage(await decodeImage(join(installed.folder, SMILE.file), signal), SMILE.part);
  const check = await checkKnownSmile(toolbox, { image, box: SMILE.faceInPart }, signal);
  if (check.state !== "failed") {
    const checks = { ...(await readChecks(file)), [key]: check };
    // Where nothing can be kept, it is checked again next time.
    await writeFileAtomic(file, JSON.stringify(checks, null, 2)).catch(() => undefined);
  }
  return check;
}

async function readChecks(file: string): Promise<z.infer<typeof KnownChecks>> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  try {
    return KnownChecks.parse(JSON.parse(text));
  } catch {
    return {}; // a damaged cache is rebuilt, not used
  }
}
