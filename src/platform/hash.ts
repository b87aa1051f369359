import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { openFile } from "./read-file.ts";

/** SHA-256 of a regular file in lower-case hex, read in pieces. */
export async function hashOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const file = await openFile(path);
  const hash = createHash("sha256");
  await pipeline(file.createReadStream(), hash, { signal });
  return hash.digest("hex");
}

/** As {@link hashOfFile}; `undefined` when there is no such file. */
export async function hashOfFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await hashOfFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
