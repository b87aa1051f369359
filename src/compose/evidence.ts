import { existsSync } from "node:fs";
import { type EvidenceRequest, type KnownFormats, openEvidence } from "../adapters/toolbox-table/open-evidence.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { importEvidence } from "../evidence/import-evidence.ts";
import { measureImage } from "../measuring/measure-image.ts";
import { mirroredImport } from "../measuring/mirrored.ts";
import { systemPath } from "../platform/system-path.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { answersTo, toolboxDefinitions } from "./toolboxes.ts";

/** Everything that toolboxes write. The first table that recognises a file's columns reads it. */
function knownFormats(): KnownFormats {
  const definitions = toolboxDefinitions();
  return {
    tables: definitions.flatMap(({ tables = [] }) => tables),
    jsonReaders: definitions.flatMap(({ readJson }) => (readJson === undefined ? [] : [readJson])),
  };
}

/**
 * Opens what a toolbox wrote, as the user names it: `results.csv`, `openface:results.csv`, `pyfeat@2.1.5:faces.csv`, or
 * a folder with a file per image.
 *
 * @throws {ConfigurationError} as `openEvidence` does.
 */
export async function openEvidenceFile(spec: string): Promise<EvidenceFile> {
  const formats = knownFormats();
  const mistyped = mistypedToolbox(spec, formats);
  if (mistyped !== undefined) {
    const names = formats.tables.map(({ name }) => name).join(", ");
    throw new ConfigurationError(`There is no toolbox "${mistyped}": files of ${names} can be imported`);
  }
  return openEvidence(evidenceRequest(spec, formats), formats);
}

/** The path in what a user names a toolbox's file by, e.g. `results.csv` of `openface:results.csv`. */
export function evidencePath(spec: string): string {
  return evidenceRequest(spec, knownFormats()).path;
}

interface ImportingOptions {
  readonly toolboxes: readonly FerToolbox[];
  /** Whether the images are mirrored, as selfies are: what was measured on them has its sides exchanged. */
  readonly mirrored?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens, reads and checks files that toolboxes wrote, as toolboxes that say what they said then.
 *
 * @param imagePaths all images that they will be asked about.
 * @param options.toolboxes those that run here; the first is asked where files and images count frames otherwise.
 */
export async function importEvidenceFiles(
  specs: readonly string[],
  imagePaths: readonly string[],
  { toolboxes, mirrored, signal }: ImportingOptions,
): Promise<readonly FerToolbox[]> {
  const imported: FerToolbox[] = [];
  const [first] = toolboxes;
  const look = async (path: string) =>
    first === undefined ? [] : (await measureImage(path, [first], signal)).faces.map(({ box }) => box);
  try {
    for (const spec of specs) {
      const toolbox = await importEvidence(await openEvidenceFile(spec), imagePaths, { look, signal });
      imported.push(mirrored ? mirroredImport(toolbox) : toolbox);
    }
    return imported;
  } catch (error) {
    await Promise.all(imported.map((toolbox) => toolbox.close()));
    throw error;
  }
}

/** What stands before the colon when it is no toolbox's name although a file stands after it. */
function mistypedToolbox(spec: string, formats: KnownFormats): string | undefined {
  if (evidenceRequest(spec, formats).name !== undefined || existsSync(systemPath(spec))) return undefined;
  const colon = spec.indexOf(":");
  return colon > 1 && existsSync(systemPath(spec.slice(colon + 1))) ? spec.slice(0, colon) : undefined;
}

/** Splits `[toolbox[@version]:]path`. A colon after anything but a toolbox's name belongs to the path (`C:\...`). */
function evidenceRequest(spec: string, { tables }: KnownFormats): EvidenceRequest {
  const named = /^([a-z][a-z0-9-]*)(?:@([\w.+-]+))?:(.+)$/is.exec(spec);
  const [, typed = "", version, path = ""] = named ?? [];
  const name = toolboxDefinitions().find((known) => answersTo(known, typed))?.name ?? typed.toLowerCase();
  const known = tables.some((format) => format.name === name);
  return known ? { path, name, version } : { path: spec, name: undefined, version: undefined };
}
