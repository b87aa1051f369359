import { randomBytes } from "node:crypto";
import { chmod, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { markup } from "../pages/markup.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { readText } from "../platform/read-file.ts";

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;
const OTHERS = 0o077;

/**
 * The secret part of the studio's address, the same for every studio of this user, so that bookmarks outlive a restart.
 * It is kept in a file that only this user reads; one that others could read is replaced.
 */
export async function studioToken(path = join(cacheFolder(), "studio", "token")): Promise<string> {
  const kept = await keptToken(path);
  if (kept !== undefined) return kept;
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  await writeSecret(path, `${token}\n`);
  return token;
}

/** Writes a page that leads to the studio, for a browser to open. @returns its path. */
export async function writeDoorway(
  address: string,
  path = join(cacheFolder(), "studio", "open.html"),
): Promise<string> {
  const { html } = markup`<!doctype html><meta charset="utf-8"><title>Kuleshov studio</title>
<meta http-equiv="refresh" content="0;url=${address}"><a href="${address}">To the studio</a>
`;
  await writeSecret(path, html);
  return path;
}

/** A file that only this user reads, whole or not at all. */
async function writeSecret(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  await chmod(dirname(path), 0o700);
  const draft = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    const file = await open(draft, "wx", 0o600);
    await file.writeFile(text).finally(() => file.close());
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function keptToken(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || (process.platform !== "win32" && (found.mode & OTHERS) !== 0)) return undefined;
  const text = (await readText(path, { mostBytes: 1000 }).catch(() => "")).trim();
  return TOKEN.test(text) ? text : undefined;
}
