import { stat } from "node:fs/promises";
import { basename, relative, resolve, sep } from "node:path";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { renderView } from "../measuring/render-view.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { answerInto, nextAnswerFolder } from "./answers.ts";
import { createRunFinder, type FoundRun } from "./runs.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().max(20_000);

/** Its fields are those of `Wanted`. */
const AskMessage = z.strictObject({
  image: z.string().min(1),
  question: Text.optional(),
  context: Text.optional(),
  face: z
    .string()
    .regex(/^F[1-9]\d*$/)
    .optional(),
  model: z.string().trim().min(1).max(200).optional(),
  objects: z.literal(true).optional(),
  allowRemote: z.literal(true).optional(),
  categories: z.array(z.string().min(1)).min(1).optional(),
});

/** Longest sides that images are shown at. */
const SIDES = [160, 480, 1600] as const;

/** One image: its pixels, what was asked about it and what came of it. */
export function imageRoutes({ folder, jobs }: Studio): Hono {
  const routes = new Hono();
  const findRuns = createRunFinder(folder.root);

  /** The image as a command that is run in the folder would name it. */
  const named = (path: string) =>
    relative(folder.root, resolve(folder.root, spelledBack(path)))
      .split(sep)
      .join("/");

  routes.post("/images", async (c) => {
    const length = c.req.header("content-length");
    const image = await folder.keepImage(
      {
        name: asked(c, "name"),
        group: c.req.query("group") ?? null,
        length: length === undefined ? null : Number(length),
        body: c.req.raw.body,
      },
      c.req.raw.signal,
    );
    return c.json({ image: reversiblyVisible(image) });
  });

  routes.get("/pixels", async (c) => {
    const place = await folder.place(spelledBack(asked(c, "path")));
    const side = Number(c.req.query("side") ?? SIDES.at(-1));
    const { mtimeMs, size } = await stat(systemPath(place));
    const tag = `"${mtimeMs}-${size}-${side}"`;
    const headers = { ETag: tag, "Cache-Control": "private, no-cache" };
    if (c.req.header("if-none-match") === tag) return c.body(null, 304, headers);
    const maxSidePx = SIDES.find((each) => each >= side) ?? (SIDES.at(-1) as number);
    const { data, mimeType } = await renderView(await decodeImage(place), { caption: "", maxSidePx });
    return c.body(data as Uint8Array<ArrayBuffer>, 200, { ...headers, "Content-Type": mimeType });
  });

  routes.get("/image", async (c) => {
    const path = asked(c, "path");
    await folder.place(spelledBack(path));
    const answers = (await findRuns()).filter((run) => imageOf(run) === named(path)).map(answerOf);
    return c.json({ path, name: basename(path), answers });
  });

  routes.post("/ask", async (c) => {
    const message = AskMessage.safeParse(await c.req.json().catch(() => null));
    if (!message.success) throw new ConfigurationError("Cannot ask as the page sent what is no question: reload it");
    const { image, ...wanted } = message.data;
    await folder.place(spelledBack(image));
    const path = named(image);
    const run = await nextAnswerFolder(folder.root, path);
    const about = { kind: "ask", title: basename(path), address: imageAddress(path, run) };
    const job = jobs.start(about, async (tell, signal) => {
      await answerInto(run, { ...withoutEmpty(wanted), image: path }, tell, signal);
      folder.changed();
    });
    return c.json({ job, run });
  });
  return routes;
}

/** The address of an image's page in the studio, and of one answer about it. */
export function imageAddress(path: string, run?: string): string {
  const parts = reversiblyVisible(path).split("/").map(encodeURIComponent).join("/");
  return `/image/${parts}${run === undefined ? "" : `?answer=${encodeURIComponent(reversiblyVisible(run))}`}`;
}

function asked(c: Context, name: string): string {
  const value = c.req.query(name);
  if (value) return value;
  throw new ConfigurationError(`Cannot answer as the address names no ${name}: reload the page`);
}

/** The image that a run of `ask` is about. */
export function imageOf({ command, settings }: FoundRun): string | undefined {
  const image = settings.image as { readonly path?: unknown } | undefined;
  return command === "ask" && typeof image?.path === "string" ? image.path : undefined;
}

/** What was asked, in the words of the settings. */
function answerOf({ path, createdAt, finished, settings, problem }: FoundRun) {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const { question, context, face, model } = settings;
  return {
    ...{ run: reversiblyVisible(path), createdAt, finished, problem },
    ...{ question: text(question), context: text(context), face: text(face), model: text(model) ?? "rules" },
  };
}

function withoutEmpty<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as T;
}
