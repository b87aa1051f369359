import { relative, resolve, sep } from "node:path";
import type { Context } from "hono";
import type { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { spelledBack } from "../platform/visible-text.ts";

/** A word of a request's address. @throws {ConfigurationError} if it is not there. */
export function asked(c: Context, name: string): string {
  const value = c.req.query(name);
  if (value) return value;
  throw new ConfigurationError(`Cannot answer as the address names no ${name}: reload the page`);
}

/** The box of a face: left, top, width and height. */
export function boxIn(c: Context): PixelBox {
  const [leftPx = 0, topPx = 0, widthPx = 1, heightPx = 1] = asked(c, "box").split(",").map(Number);
  return { leftPx, topPx, widthPx, heightPx };
}

export const NO_FACE = "Cannot show the face as its image cannot be read";

/** A JPEG that stays the same, or in one sentence why there is none. */
export function jpegOr(c: Context, jpeg: Uint8Array | null | undefined, otherwise: string) {
  if (!jpeg) return c.json({ error: otherwise }, 404);
  const headers = { "Content-Type": "image/jpeg", "Cache-Control": "private, max-age=3600" };
  return c.body(jpeg as Uint8Array<ArrayBuffer>, 200, headers);
}

/** What a page sent. @throws {ConfigurationError} if it is not what was agreed. */
export async function message<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const read = schema.safeParse(await c.req.json().catch(() => null));
  if (read.success) return read.data;
  throw new ConfigurationError("Cannot do this as the page sent what is not understood: reload it");
}

/** A path that a page names, as a command that is run in the studio's folder would name it. */
export function asNamed(root: string, path: string): string {
  return relative(root, resolve(root, spelledBack(path)))
    .split(sep)
    .join("/");
}

/** What was left empty in a form is not said. */
export function withoutEmpty<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as T;
}

/** Of a run whose questions are not written down yet. */
export function nothingAsked(path: string): ConfigurationError {
  return new ConfigurationError(`Cannot show the evaluation as nothing was asked yet: \`${path}\``);
}
