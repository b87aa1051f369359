import { existsSync } from "node:fs";
import { affdexTable } from "../adapters/affdex/affdex-table.ts";
import { facetTable } from "../adapters/affdex/facet-table.ts";
import { readBlendshapeJson } from "../adapters/blendshapes/blendshape-json.ts";
import { blendshapeTable } from "../adapters/blendshapes/blendshape-table.ts";
import { libreFaceTable } from "../adapters/libreface/libreface-table.ts";
import { openFaceTable } from "../adapters/openface/openface-table.ts";
import { openFace3Table } from "../adapters/openface3/openface3-table.ts";
import { pyAfarTable } from "../adapters/pyafar/pyafar-table.ts";
import { pyFeatTable } from "../adapters/pyfeat/pyfeat-table.ts";
import { type EvidenceRequest, type KnownFormats, openEvidence } from "../adapters/toolbox-table/open-evidence.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { importEvidence } from "../evidence/import-evidence.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/** Every table that a toolbox writes. The first that recognises a file's columns reads it. */
const KNOWN_FORMATS: KnownFormats = {
  tables: [
    openFace3Table,
    openFaceTable,
    pyFeatTable,
    libreFaceTable,
    pyAfarTable,
    facetTable,
    affdexTable,
    blendshapeTable,
  ],
  readJson: readBlendshapeJson,
};

/** Other names under which people know them. */
const ALIASES: Readonly<Record<string, string>> = {
  "py-feat": "pyfeat",
  imotions: "affdex",
  affectiva: "affdex",
  mediapipe: "blendshapes",
  openface2: "openface",
};

/**
 * Opens what a toolbox wrote, as the user names it: `results.csv`, `openface:results.csv`, `pyfeat@2.1.5:faces.csv`, or
 * a folder with a file per image.
 *
 * @throws {ConfigurationError} as `openEvidence` does.
 */
export async function openEvidenceFile(spec: string): Promise<EvidenceFile> {
  const mistyped = mistypedToolbox(spec);
  if (mistyped !== undefined) {
    const names = KNOWN_FORMATS.tables.map(({ name }) => name).join(", ");
    throw new ConfigurationError(`There is no toolbox "${mistyped}": files of ${names} can be imported`);
  }
  return openEvidence(evidenceRequest(spec), KNOWN_FORMATS);
}

/**
 * Opens, reads and checks files that toolboxes wrote, as toolboxes that say what they said then.
 *
 * @param imagePaths all images that they will be asked about.
 */
export async function importEvidenceFiles(
  specs: readonly string[],
  imagePaths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly FerToolbox[]> {
  const imported: FerToolbox[] = [];
  try {
    for (const spec of specs) imported.push(await importEvidence(await openEvidenceFile(spec), imagePaths, signal));
    return imported;
  } catch (error) {
    await Promise.all(imported.map((toolbox) => toolbox.close()));
    throw error;
  }
}

/** What stands before the colon when it is no toolbox's name although a file stands after it. */
function mistypedToolbox(spec: string): string | undefined {
  if (evidenceRequest(spec).name !== undefined || existsSync(spec)) return undefined;
  const colon = spec.indexOf(":");
  return colon > 1 && existsSync(spec.slice(colon + 1)) ? spec.slice(0, colon) : undefined;
}

/** Splits `[toolbox[@version]:]path`. A colon after anything but a toolbox's name belongs to the path (`C:\...`). */
function evidenceRequest(spec: string): EvidenceRequest {
  const named = /^([a-z][a-z0-9-]*)(?:@([\w.+-]+))?:(.+)$/is.exec(spec);
  const [, typed = "", version, path = ""] = named ?? [];
  const name = ALIASES[typed.toLowerCase()] ?? typed.toLowerCase();
  const known = KNOWN_FORMATS.tables.some((format) => format.name === name);
  return known ? { path, name, version } : { path: spec, name: undefined, version: undefined };
}
