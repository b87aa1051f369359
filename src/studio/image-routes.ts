import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { keptWithout, REPORT, WITHOUT_IMAGE } from "../compose/ask-one.ts";
import { ConfigurationError, ToolInputError } from "../domain/errors.ts";
import { FaceId } from "../domain/measurement.ts";
import { Report } from "../domain/report.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { endingOf } from "../measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "../measuring/image-format.ts";
import { renderView } from "../measuring/render-view.ts";
import { viewOf } from "../pages/view-report.ts";
import { readText } from "../platform/read-file.ts";
import { errorSentence } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { answerInto, askedOf, JudgingMessage } from "./answers.ts";
import { addToCategory, categoryNames } from "./exemplars.ts";
import { frameOfClip } from "./face-portraits.ts";
import type { Upload } from "./keep-upload.ts";
import { keepNote, Note, readNotes } from "./notes.ts";
import { pageAddress } from "./page-address.ts";
import { asked, asNamed, message, withoutEmpty } from "./requests.ts";
import { nextAnswerFolder } from "./result-folders.ts";
import type { FoundRun } from "./runs.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().max(20_000);

const AskMessage = JudgingMessage.extend({
  image: z.string().min(1),
  face: FaceId.optional(),
  /** What is said in a clip: a file, or the words themselves. */
  transcript: Text.optional(),
  /** An object that is taken out of the image, to see what that changes. */
  without: Text.optional(),
  /** The sound of a clip, where it was recorded apart. */
  sound: Text.optional(),
});

const NoteMessage = Note.omit({ at: true }).extend({ run: z.string().min(1) });

const ExemplarMessage = z.strictObject({
  image: z.string().min(1),
  faceId: FaceId,
  category: Text,
  role: z.enum(["instance", "counter"]),
  why: Text.min(1).nullable(),
});

const NO_REPORT = "Cannot show the answer as it was not finished, or another Kuleshov wrote it: ask again";

/** Longest sides that images are shown at. */
const SIDES = [160, 480, 1600] as const;

/** One image: its pixels, what was asked about it and what came of it. */
export function imageRoutes({ folder, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();

  const named = (path: string) => asNamed(folder.root, path);

  routes.post("/images", async (c) => {
    const image = await folder.keepImage(uploadIn(c), c.req.raw.signal);
    return c.json({ image: reversiblyVisible(image) });
  });

  routes.post("/clips", async (c) => {
    const clip = await folder.keepClip(uploadIn(c), c.req.raw.signal);
    return c.json({ clip: reversiblyVisible(clip) });
  });

  routes.post("/lists", async (c) => c.json({ list: reversiblyVisible(await folder.keepList(uploadIn(c))) }));

  routes.get("/pixels", async (c) => {
    const place = await folder.place(spelledBack(asked(c, "path")));
    const side = Number(c.req.query("side") ?? SIDES.at(-1));
    const atS = Number(c.req.query("at") ?? 0);
    const { mtimeMs, size } = await stat(systemPath(place));
    const tag = `"${mtimeMs}-${size}-${side}-${atS}"`;
    const headers = { ETag: tag, "Cache-Control": "private, no-cache" };
    if (c.req.header("if-none-match") === tag) return c.body(null, 304, headers);
    const maxSidePx = SIDES.find((each) => each >= side) ?? (SIDES.at(-1) as number);
    const isClip = VIDEO_ENDINGS.includes(endingOf(place));
    const image = await (isClip ? frameOfClip(place, atS, c.req.raw.signal) : decodeImage(place));
    const { data, mimeType } = await renderView(image, { caption: "", maxSidePx });
    return c.body(data as Uint8Array<ArrayBuffer>, 200, { ...headers, "Content-Type": mimeType });
  });

  routes.get("/image", async (c) => {
    const path = asked(c, "path");
    const gone = await folder.place(spelledBack(path)).then(() => null, errorSentence);
    const answers = (await findRuns()).filter(({ image }) => image === reversiblyVisible(named(path))).map(answerOf);
    if (gone !== null && answers.length === 0) throw new ToolInputError(gone);
    return c.json({ name: basename(path), gone, answers });
  });

  routes.post("/ask", async (c) => {
    const { image, ...wanted } = await message(c, AskMessage);
    await folder.place(spelledBack(image));
    const path = named(image);
    const asked = await askedOf(folder, path, withoutEmpty(wanted));
    const run = await nextAnswerFolder(folder.root, path);
    const answer = encodeURIComponent(reversiblyVisible(run));
    const address = `${pageAddress("image", reversiblyVisible(path))}?answer=${answer}`;
    const about = { kind: "ask", title: basename(path), address };
    const job = jobs.start(about, async (tell, signal) => {
      await answerInto(run, asked, tell, signal);
      folder.changed();
    });
    return c.json({ job, run });
  });

  routes.get("/answer", async (c) => {
    const run = await folder.place(spelledBack(asked(c, "run")));
    const report = await readReport(run);
    const without = (await keptWithout(run)) ?? null;
    return c.json({
      ...{ view: viewOf(report), notes: await readNotes(run), objects: objectsIn(report) },
      without: without && { ...without, report: undefined, image: WITHOUT_IMAGE },
    });
  });

  routes.post("/notes", async (c) => {
    const { run, ...note } = await message(c, NoteMessage);
    const place = await folder.place(spelledBack(run));
    await folder.inTurn(() => keepNote(place, { at: new Date().toISOString(), ...note }));
    return c.json({});
  });

  routes.get("/categories", async (c) => c.json({ categories: await categoryNames() }));
  routes.post("/exemplars", async (c) => {
    const { image, faceId, ...label } = await message(c, ExemplarMessage);
    await folder.place(spelledBack(image));
    const face = { image: named(image), face: { faceId } };
    const called = { ...label, category: spelledBack(label.category), definition: null };
    await folder.inTurn(() => addToCategory([face], called, c.req.raw.signal));
    return c.json({});
  });
  return routes;
}

/** @throws {ConfigurationError} if there is none that this version reads. */
async function readReport(run: string): Promise<Report> {
  try {
    return Report.parse(JSON.parse(await readText(join(run, REPORT))));
  } catch (cause) {
    throw new ConfigurationError(NO_REPORT, { cause });
  }
}

/** Names of the objects that were found. */
function objectsIn({ evidence }: Report): readonly string[] {
  const names = evidence.flatMap(({ kind, value }) =>
    kind === "object" && value.type === "finding" ? [value.name] : [],
  );
  return [...new Set(names)];
}

function uploadIn(c: Context): Upload {
  const length = c.req.header("content-length");
  return {
    name: asked(c, "name"),
    group: c.req.query("group") ?? null,
    length: length === undefined ? null : Number(length),
    body: c.req.raw.body,
  };
}

/** What was asked, in the words of the settings. */
function answerOf({ path, createdAt, finished, settings, problem }: FoundRun) {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const { question, context, face, model, without } = settings;
  return {
    ...{ run: path, createdAt, finished, problem },
    ...{ question: text(question), context: text(context), face: text(face), model: text(model) ?? "rules" },
    without: text(without),
  };
}
