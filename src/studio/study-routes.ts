import { stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { z } from "zod";
import { evidencePath, openEvidenceFile } from "../compose/evidence.ts";
import { toolboxNames } from "../compose/toolboxes.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { isVideoName, momentsInWords } from "../evidence/image-names.ts";
import { errorSentence } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack, visibleLine } from "../platform/visible-text.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { NO_COUNTS } from "../runs/run-rows.ts";
import { readPeople } from "../study/clip-notes.ts";
import { faceKey, readExclusions } from "../study/exclusions.ts";
import { ImportSettings } from "../study/study-folder.ts";
import { packError, packRows } from "../study/study-stream.ts";
import { readFailures } from "../study/write-study-page.ts";
import { withoutUndefined } from "./answers.ts";
import { importInto } from "./command-jobs.ts";
import { EVIDENCE_FILES, filesIn, imageFolders } from "./folder-images.ts";
import type { Work } from "./jobs.ts";
import { measureStudy, newStudy, orderToResume, type StudyOrder } from "./measure-study.ts";
import { type OpenedStudy, placeOfRow } from "./opened-study.ts";
import { pageAddress } from "./page-address.ts";
import { asked, boxIn, jpegOr, message, NO_FACE } from "./requests.ts";
import { STUDIES } from "./result-folders.ts";
import { begunHere } from "./runs.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().min(1).max(1_000);
const ExcludeMessage = z.strictObject({
  study: z.string().min(1),
  /** Rows by their faces, as in `a.jpg#F1`, or all that the filter of an address lets through. */
  chosen: z.union([z.strictObject({ faces: z.array(z.string()).min(1) }), z.strictObject({ filter: z.string() })]),
  /** `null` counts them again. */
  reason: Text.nullable(),
});
const MeasureMessage = z.union([
  z.strictObject({ resume: z.string().min(1) }),
  z.strictObject({
    ...{ words: Text, name: Text, toolboxes: z.array(Text).min(1).max(9).optional(), neutral: Text.optional() },
    ...{ fps: z.number().positive().max(1_000).optional(), contactSheet: z.boolean().optional() },
    mirrored: z.literal(true).optional(),
  }),
  /** A clip by itself, whose study is begun or gone on with. */
  z.strictObject({ clip: z.string().min(1) }),
]);

const ImportMessage = z.strictObject({ files: z.array(Text).min(1).max(50), name: Text });

const MOST_FAILURES = 200;

/** Studies: what was measured, looked through, cleaned and gone on with. */
export function studyRoutes({ desk, folder, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();

  routes.get("/studies", async (c) => {
    const runs = await findRuns();
    const tables = await filesIn(folder.root, EVIDENCE_FILES);
    return c.json({
      studies: runs.filter(({ command }) => command === "measure" || command === "import"),
      passports: runs.filter(({ command }) => command === "validate"),
      ...{ folders: await imageFolders(folder.root), tables, toolboxes: await toolboxNames() },
    });
  });

  routes.get("/study", async (c) => {
    const { place, history, stamp } = await desk.open(asked(c, "path"));
    const counts = history.last?.counts ?? NO_COUNTS;
    return c.json({
      ...{ command: history.began.command, finished: history.finished, createdAt: history.began.createdAt, stamp },
      ...{ counts, moments: momentsOf(history, counts.images), failures: await readFailures(place, MOST_FAILURES) },
      people: await readPeople(place),
      exclusions: (await readExclusions(place)).map((one) => ({
        face: reversiblyVisible(faceKey(one)),
        reason: one.reason,
      })),
    });
  });

  routes.get("/study/rows", async (c) => {
    const study = await desk.open(asked(c, "path"));
    const parts = desk.parts(study, c.req.query("clip") ?? null);
    const first = await parts.next(); // so that a study which cannot be read is refused in its words
    c.header("Content-Type", "application/octet-stream");
    return stream(c, async (out) => {
      try {
        for (let part = first; !part.done; part = await parts.next()) {
          await out.write(packRows(part.value, part === first ? part.value.columns : undefined));
          if (out.aborted) return;
        }
      } catch (error) {
        await out.write(packError(errorSentence(error)));
      } finally {
        await parts.return(undefined);
      }
    });
  });

  routes.get("/study/portrait", async (c) => {
    const study = await desk.open(asked(c, "path"));
    const [path, at] = [asked(c, "image"), c.req.query("at")];
    const face = { path, atS: at === undefined ? null : Number(at), box: boxIn(c) };
    const jpeg = await desk.portrait(study, face, c.req.raw.signal);
    return jpegOr(c, jpeg, NO_FACE);
  });

  routes.post("/study/exclude", async (c) => {
    const { study: path, chosen, reason } = await message(c, ExcludeMessage);
    const study = await desk.open(path);
    const rows =
      "filter" in chosen
        ? await desk.chosen(study, new URLSearchParams(chosen.filter))
        : await rowsNamed(study, chosen.faces);
    await desk.exclude(study, rows, reason);
    return c.json({ faces: rows.length });
  });

  async function rowsNamed(study: OpenedStudy, faces: readonly string[]): Promise<number[]> {
    const [rows, wanted] = [await desk.rows(study), new Set(faces.map(spelledBack))];
    const found: number[] = [];
    for (let row = 0; row < rows.count; row++) if (wanted.has(faceKey(placeOfRow(rows, row)))) found.push(row);
    if (found.length === wanted.size) return found;
    throw new ConfigurationError("Cannot exclude as the study has no such face any more: reload the page");
  }

  routes.post("/study/measure", async (c) => {
    const wanted = await message(c, MeasureMessage);
    if ("clip" in wanted) return c.json(await ofClip(spelledBack(wanted.clip)));
    if ("resume" in wanted) return c.json(await goOn(wanted.resume));
    const { words, name, neutral, ...order } = wanted;
    return c.json(
      start({
        ...newStudy(await freePath(name), [spelledBack(words)]),
        ...withoutUndefined({ ...order, neutral: neutral && spelledBack(neutral) }),
      }),
    );
  });

  /** What toolboxes wrote, of which each is opened first: what is none is refused where it was named. */
  routes.post("/study/import", async (c) => {
    const { files: named, name } = await message(c, ImportMessage);
    const files = named.map(spelledBack);
    for (const file of files) {
      await folder.mayRead(evidencePath(file));
      await (await openEvidenceFile(file)).close();
    }
    return c.json(startImport(await freePath(name), { files }));
  });

  function start(order: StudyOrder) {
    return startIn("measure", order.folder, (tell, signal) => measureStudy(folder, order, tell, signal));
  }

  function startImport(path: string, order: Parameters<typeof importInto>[2]) {
    return startIn("import", path, (tell, signal) => importInto(folder, path, order, tell, signal));
  }

  function startIn(kind: string, path: string, work: Work) {
    const study = reversiblyVisible(path);
    const address = pageAddress("study", study);
    const begin = () => jobs.start({ kind, title: basename(path), address }, work);
    return { study, job: jobs.underWayAt(address) ?? begin() };
  }

  /** The study that measures a clip alone, and what is under way in it; nothing is where it is finished. */
  async function ofClip(clip: string) {
    await folder.place(clip);
    const found = (await findRuns()).find(
      ({ command, settings }) => command === "measure" && isDeepStrictEqual(settings.inputs, [clip]),
    );
    if (found?.finished) return { study: found.path, job: null };
    if (found !== undefined) return goOn(found.path);
    const isTaken = async (name: string) =>
      (await stat(systemPath(join(folder.root, STUDIES, name))).catch(() => undefined)) !== undefined;
    let name = basename(clip);
    for (let number = 2; await isTaken(name); number++) name = `${basename(clip)}-${number}`;
    return start(newStudy(await freePath(name), [clip]));
  }

  async function goOn(study: string) {
    const { place, history } = await desk.open(study);
    const path = relative(folder.root, place).split(sep).join("/");
    if (history.began.command !== "import") return start(orderToResume(folder, path, history));
    const { files } = begunHere(folder.root, path, history.began, ImportSettings);
    return startImport(path, { files, resume: true });
  }

  /** The folder of a study that is begun, in which nothing lies yet. */
  async function freePath(name: string): Promise<string> {
    if (visibleLine(name) !== name || /[\\/:*?"<>|]|^\./.test(name)) {
      throw new ConfigurationError(
        `Cannot begin the study as its name is none for a folder: leave out \\ / : * ? " < > | and a dot in front`,
      );
    }
    const path = `${STUDIES}/${name}`;
    const found = await stat(systemPath(join(folder.root, STUDIES))).catch(() => undefined);
    if (found !== undefined) await folder.place(STUDIES);
    if ((await stat(systemPath(join(folder.root, path))).catch(() => undefined)) !== undefined) {
      throw new ConfigurationError(`Cannot begin the study as there is one of that name: choose another (\`${path}\`)`);
    }
    return path;
  }

  return routes;
}

/** What was measured, in words: a folder may hold images and clips. */
function momentsOf({ began: { command, settings } }: RunHistory, count: number): string {
  const inputs = z.array(z.string()).safeParse(settings.inputs).data ?? [];
  if (command === "measure" && inputs.length > 0 && inputs.every(isVideoName)) return momentsInWords(count, inputs);
  return `${count} ${count === 1 ? "image or frame" : "images or frames"}`;
}
