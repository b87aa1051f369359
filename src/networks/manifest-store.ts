import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { placedIssue } from "../domain/complaint.ts";
import { ConfigurationError, ModelFileError } from "../domain/errors.ts";
import { ownPath } from "../platform/package-paths.ts";
import { parseShipped } from "../platform/parse-shipped.ts";
import { readText } from "../platform/read-file.ts";
import { NetworkManifest } from "./manifest.ts";

/** A manifest and the folder it came from, against which its relative paths are resolved. */
export interface StoredManifest {
  readonly manifest: NetworkManifest;
  readonly folder: string;
}

/**
 * Folders searched for `<id>.json`, in order: what ships with Kuleshov, then the user's own (`KULESHOV_MODELS`, one
 * folder). A user's manifest cannot replace a shipped one: reports name networks by id.
 */
function manifestFolders(): readonly string[] {
  const own = ownPath("models", "manifests");
  const user = process.env.KULESHOV_MODELS;
  return user === undefined || user === "" ? [own] : [own, user];
}

/** @throws {ModelFileError} if no folder has it, or it does not fit the schema. */
export async function loadManifest(
  id: string,
  folders: readonly string[] = manifestFolders(),
): Promise<StoredManifest> {
  for (const folder of folders) {
    const text = await readIfThere(join(folder, `${id}.json`));
    if (text !== undefined) return { manifest: parseManifest(id, text), folder };
  }
  throw new ModelFileError(id, `no manifest describes it; \`kuleshov models list\` shows the known ones`);
}

/** Every manifest found, sorted by id; a file that does not fit the schema is an error, not a gap. */
export async function loadManifests(
  folders: readonly string[] = manifestFolders(),
): Promise<readonly StoredManifest[]> {
  const found = new Map<string, StoredManifest>();
  for (const folder of folders) {
    for (const file of await manifestFiles(folder)) {
      const id = file.slice(0, -".json".length);
      if (!found.has(id)) found.set(id, await loadManifest(id, [folder]));
    }
  }
  return [...found.values()].sort((a, b) => a.manifest.id.localeCompare(b.manifest.id));
}

async function manifestFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json"));
  } catch (error) {
    throw new ConfigurationError(`The folder of networks in KULESHOV_MODELS cannot be read: \`${folder}\``, {
      cause: error,
    });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readText(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseManifest(id: string, text: string): NetworkManifest {
  const manifest = parseShipped(text, () => {
    const parsed = NetworkManifest.safeParse(parseJson(id, text), { reportInput: true });
    if (!parsed.success) throw new ModelFileError(id, `its manifest is wrong: ${complaintsOf(parsed.error)}`);
    return parsed.data;
  });
  if (manifest.id !== id) throw new ModelFileError(id, `its manifest calls itself "${manifest.id}"`);
  return manifest;
}

/** Complaints that are told: one slip in a list makes one for each of its items. */
const COMPLAINTS_TOLD = 5;

/** In one line: `inputs.0.shape: expected array; it has no licence`. */
function complaintsOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, COMPLAINTS_TOLD).map(placedIssue);
  return issues.length > told.length ? `${told.join("; ")} and ${issues.length - told.length} more` : told.join("; ");
}

function parseJson(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModelFileError(id, "its manifest is not JSON", { cause: error });
  }
}
