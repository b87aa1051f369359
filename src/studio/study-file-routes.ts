import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { stream } from "hono/streaming";
import { ConfigurationError } from "../domain/errors.ts";
import { systemPath } from "../platform/system-path.ts";
import { tableRows } from "../platform/tables/table-rows.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { visibleLine } from "../platform/visible-text.ts";
import { MARKERS_FILE, openStudyPeople, PEOPLE_FILE } from "../study/clip-notes.ts";
import { EXCLUSIONS_FILE, type FacePlace, faceKey, openStudyFilter } from "../study/exclusions.ts";
import { starterScripts } from "../study/starter-scripts.ts";
import { placeOfRow } from "./opened-study.ts";
import { asked } from "./requests.ts";
import type { Studio } from "./studio.ts";

/** Files of a study that may be saved as they are. */
const FILES = [
  "faces.csv",
  "images.csv",
  "failures.csv",
  "data-dictionary.csv",
  "study.json",
  EXCLUSIONS_FILE,
  PEOPLE_FILE,
  MARKERS_FILE,
];

/** What is saved of a study: its tables, with what was said of its faces since, and scripts that read them. */
export function studyFileRoutes({ desk }: Studio): Hono {
  const routes = new Hono();

  /** faces.csv as it is, with who it is in a clip and why it is excluded, and only the faces that the filter of the address lets through. */
  routes.get("/study/table", async (c) => {
    const study = await desk.open(asked(c, "path"));
    const rows = await desk.rows(study);
    const chosen = await desk.chosen(study, new URL(c.req.url).searchParams);
    const keys = new Set(chosen.map((row) => faceKey(placeOfRow(rows, row))));
    const filter = await openStudyFilter(study.place);
    saved(c, `${basename(study.place)}-faces.csv`, "text/csv; charset=utf-8");
    const path = join(study.place, "faces.csv");
    const refuse = (reason: string, options?: ErrorOptions) =>
      new ConfigurationError(`Cannot read the study as ${reason}: \`${path}\``, options);
    const people = await openStudyPeople(study.place);
    return stream(c, async (out) => {
      let isFirst = true;
      for await (const { cells } of tableRows(path, { refuse })) {
        const place = placeIn(cells);
        if (isFirst) await out.write(csvLines([[...Object.keys(cells), "person", "excluded"]]));
        isFirst = false;
        if (!keys.has(faceKey(place))) continue;
        const more = [people.nameOf({ ...place, trackId: cells.track_id || null }), filter.reasonOf(place)];
        await out.write(csvLines([[...Object.values(cells), ...more]]));
      }
    });
  });

  routes.get("/study/file", async (c) => {
    const { place } = await desk.open(asked(c, "path"));
    const name = FILES.find((each) => each === c.req.query("name"));
    const found = name === undefined ? undefined : await stat(systemPath(join(place, name))).catch(() => undefined);
    if (name === undefined || !found?.isFile())
      return c.json({ error: "The study has no such file: reload the page" }, 404);
    saved(c, `${basename(place)}-${name}`, name.endsWith(".json") ? "application/json" : "text/csv; charset=utf-8");
    return c.body(Readable.toWeb(createReadStream(systemPath(join(place, name)))) as ReadableStream);
  });

  routes.get("/study/script", async (c) => {
    const language = c.req.query("language") === "r" ? "r" : "python";
    await desk.open(asked(c, "path"));
    saved(c, language === "r" ? "starter.R" : "starter.py", "text/plain; charset=utf-8");
    return c.body(starterScripts()[language]);
  });

  return routes;
}

type Cells = Readonly<Record<string, string>>;

function placeIn({ path = "", frame = "", face_id = "" }: Cells): FacePlace {
  return { path, frame: frame === "" ? null : Number(frame), faceId: face_id };
}

function saved(c: Context, name: string, type: string): void {
  c.header("Content-Type", type);
  c.header("Content-Disposition", `attachment; filename*=UTF-8''${encodeURIComponent(visibleLine(name))}`);
}
