import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { MeasurementStore } from "../measuring/measurement-store.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { createContentStore } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import { ownPath } from "../platform/package-paths.ts";
import { walkFolder } from "../platform/walk-folder.ts";

/** Some 200 000 faces of the mesh toolbox. */
export const MEASUREMENTS_MAX_BYTES = 2_000_000_000;

/** Where measurements are kept. */
export function measurementsFolder(): string {
  return join(cacheFolder(), "measurements");
}

/** The measurements of this machine. */
export async function openMeasurements(): Promise<MeasurementStore> {
  fingerprint ??= fingerprintOfCode();
  return {
    values: createContentStore(measurementsFolder(), MEASUREMENTS_MAX_BYTES),
    fingerprint: await fingerprint,
  };
}

let fingerprint: Promise<string> | undefined;

/** Rooms whose code decides what is measured. */
const MEASURING_ROOMS = ["adapters", "domain", "facs", "measuring", "networks"];

/** A version number would do for releases; between them, a change of the code must not bring back old numbers. */
async function fingerprintOfCode(): Promise<string> {
  const source = join(dirname(fileURLToPath(import.meta.url)), "..");
  const hashes: string[] = [];
  for (const [root, rooms, ending] of [
    [source, MEASURING_ROOMS, /\.[jt]s$/],
    [ownPath("models"), ["."], /\.json$/],
  ] as const) {
    for (const room of rooms) {
      for await (const path of walkFolder(join(root, room))) {
        if (ending.test(path)) hashes.push(`${relative(root, path)} ${sha256(await readFile(path))}`);
      }
    }
  }
  return sha256(hashes.sort().join("\n"));
}
