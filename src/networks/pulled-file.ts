import { extname, join } from "node:path";
import { ModelFileError } from "../domain/errors.ts";
import { sha256 } from "../platform/hash.ts";
import { readBytes } from "../platform/read-file.ts";
import type { NetworkSource } from "./manifest.ts";

export type UrlSource = Extract<NetworkSource, { kind: "url" }>;

/** Where a pulled download lies in the cache, named by its hash so that a newer one never takes its place. */
export function pulledFile({ url, sha256: hash }: UrlSource, cacheDir: string): string {
  return join(cacheDir, "pulled", `${hash.slice(0, 16)}${extname(new URL(url).pathname)}`);
}

/**
 * The graph in a pulled file: the file itself, or the member of the zip that the manifest names.
 *
 * @throws {ModelFileError} if it was never pulled, or is not what its hash says.
 */
export async function readPulledGraph(id: string, source: UrlSource, path: string): Promise<Uint8Array> {
  const download = await readBytes(path, { mostBytes: 2 ** 31 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw new ModelFileError(id, `its file cannot be read: \`${path}\``, { cause: error });
    throw new ModelFileError(id, `it has not been pulled yet: run \`kuleshov models pull ${source.download}\``);
  });
  checkHash(id, download, { sha256: source.sha256, download: source.download });
  return unzipMember(id, download, source);
}

async function unzipMember(id: string, zip: Uint8Array, { member, download }: UrlSource): Promise<Uint8Array> {
  if (member === undefined) return zip;
  const { unzipSync } = await import("fflate");
  const bytes = unzipSync(zip, { filter: ({ name }) => name === member.path })[member.path];
  if (bytes === undefined) throw new ModelFileError(id, `its download holds no \`${member.path}\``);
  checkHash(id, bytes, { sha256: member.sha256, download });
  return bytes;
}

function checkHash(id: string, bytes: Uint8Array, expected: { sha256: string; download: string }): void {
  if (sha256(bytes) === expected.sha256) return;
  throw new ModelFileError(id, `its pulled file is damaged: run \`kuleshov models pull ${expected.download}\` again`);
}
