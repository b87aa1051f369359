import { stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { ToolInputError } from "../domain/errors.ts";
import { EXPERIMENT_FILE } from "../experiment.ts";
import { readBytes } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack, visibleLine } from "../platform/visible-text.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { studyAgreement } from "../study/study-agreement.ts";
import { writeAgreement } from "../study/write-agreement.ts";
import { resultOf } from "./command-results.ts";
import { pageAddress } from "./page-address.ts";
import { asked, boxIn, jpegOr, message, NO_FACE } from "./requests.ts";
import { AGREEMENTS, nextRunFolder } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

/** Files that browsers are told the kind of; pages and images are shown, the others saved. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".json": "application/json; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
};
const SHOWN = new Set([".html", ".png", ".jpg"]);

function isShownHere(name: string): boolean {
  return SHOWN.has(extname(name).toLowerCase()) && name !== EXPERIMENT_FILE;
}

/** A page that a command wrote runs nothing and asks nobody, whatever has become of it since. */
const POLICY_OF_PAGES =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

const MOST_FILES_TOLD = 500;

const AgreementMessage = z.strictObject({ study: z.string().min(1) });

/** What any command wrote: its files and nothing else of its folder. */
export function runRoutes({ folder, desk, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();

  async function opened(path: string) {
    const place = await folder.place(path);
    const history = await readRunHistory(place);
    if (history === undefined) throw new ToolInputError(`There is no run of a command in this folder: \`${path}\``);
    return { place, history, names: [...history.written.keys()].sort() };
  }

  routes.get("/run", async (c) => {
    const path = c.req.query("path") || ".";
    const run = (await findRuns()).find((each) => each.path === path);
    if (run === undefined) throw new ToolInputError(`There is no run of a command in this folder: \`${path}\``);
    if (run.problem !== null) return c.json({ run, files: [] });
    const { place, names } = await opened(spelledBack(path));
    const files = await Promise.all(
      names.slice(0, MOST_FILES_TOLD).map(async (name) => {
        const bytes = await stat(systemPath(join(place, name))).then(
          ({ size }) => size,
          () => null,
        );
        return { name, bytes, isShown: isShownHere(name) };
      }),
    );
    return c.json({ run, files: files.filter(({ bytes }) => bytes !== null) });
  });

  /** What the command found, as its own page shows it. */
  routes.get("/run/result", async (c) => {
    const path = c.req.query("path") || ".";
    return c.json({ result: await resultOf({ root: folder.root, path, ...(await opened(spelledBack(path))) }) });
  });

  /** Compares the toolboxes of a study, as `agreement --out` does. */
  routes.post("/agreements", async (c) => {
    const study = spelledBack((await message(c, AgreementMessage)).study);
    await folder.place(study);
    const run = await nextRunFolder(folder.root, AGREEMENTS, basename(study));
    const about = { kind: "agreement", title: basename(study), address: pageAddress("run", reversiblyVisible(run)) };
    const job = jobs.start(about, async (_tell, signal) => {
      await writeAgreement(await studyAgreement([study], signal), { folder: run, paths: [study] });
      folder.changed();
    });
    return c.json({ job });
  });

  routes.get("/run/portrait", async (c) => {
    const run = await opened(spelledBack(asked(c, "path")));
    const face = { path: asked(c, "image"), atS: null, box: boxIn(c) };
    return jpegOr(c, await desk.portrait(run, face, c.req.raw.signal), NO_FACE);
  });

  /** In the path of the address and not behind it, so that a page leads to those beside it. */
  routes.get("/file/:run/:name", async (c) => {
    const [path, name] = [spelledBack(c.req.param("run")), c.req.param("name")];
    const { names } = await opened(path);
    if (!names.includes(name)) throw new ToolInputError(`Kuleshov wrote no file of this name: \`${name}\``);
    const content = await readBytes(await folder.place(join(path, name)));
    const ending = extname(name).toLowerCase();
    const isSaved = c.req.query("save") !== undefined || !isShownHere(name);
    const fileName = encodeURIComponent(visibleLine(basename(name)));
    return c.body(Uint8Array.from(content), 200, {
      "Content-Type": TYPES[ending] ?? "application/octet-stream",
      "Content-Disposition": `${isSaved ? "attachment" : "inline"}; filename*=UTF-8''${fileName}`,
      ...(ending === ".html" ? { "Content-Security-Policy": POLICY_OF_PAGES } : {}),
    });
  });
  return routes;
}
