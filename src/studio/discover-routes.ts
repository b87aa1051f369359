import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { acceptInto, regroupInto, renameInto, scoreInto } from "../compose/check-discovery.ts";
import { openExemplarSession } from "../compose/exemplars.ts";
import { discover } from "../discover.ts";
import { readCheckSheets } from "../discovery/rater-sheets.ts";
import { DISCOVERY_FILES, readDiscovery } from "../discovery/write-discovery.ts";
import type { Discovery } from "../domain/discovery.ts";
import { ConfigurationError, ToolInputError } from "../domain/errors.ts";
import { categoriesNamed } from "../exemplars/load-taxonomy.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { type RunHistory, readRunHistory } from "../runs/run-history.ts";
import { openImportedStudy } from "../study/imported-study.ts";
import { listImages } from "../study/study-inputs.ts";
import { withoutUndefined } from "./answers.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { inputsInside } from "./measure-study.ts";
import { pageAddress } from "./page-address.ts";
import { asked, jpegOr, message, NO_FACE } from "./requests.ts";
import { DISCOVERIES, nextRunFolder } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

/** What nobody needs to discover, as `kuleshov discover` has it unless told. */
const KNOWN = ["affectnet8"];
const RESAMPLES = 20;

const Place = z.string().min(1);
const Group = z.string().regex(/^P[1-9][0-9]*$/);
const RegroupMessage = z.strictObject({
  discovery: Place,
  faces: z.array(z.string()).min(1).max(100_000),
  to: z.union([Group, z.literal("new"), z.null()]),
});
const NameMessage = z.strictObject({ discovery: Place, group: Group, name: z.string().trim().max(200) });
const AcceptMessage = NameMessage.extend({ unconfirmed: z.literal(true).optional() });

interface OpenedDiscovery {
  readonly place: string;
  readonly history: RunHistory;
  readonly discovery: Discovery;
}

/** Groups of faces that were found: looked at, redrawn, named, rated and made categories. */
export function discoverRoutes({ desk, folder, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();
  let last: { readonly stamp: string; readonly opened: OpenedDiscovery } | undefined;

  async function open(path: string): Promise<OpenedDiscovery> {
    const place = await folder.placeOfRun(spelledBack(path));
    const history = await readRunHistory(place);
    if (history?.began.command !== "discover")
      throw new ToolInputError(`There is no discovery in this folder: \`${path}\``);
    const found = await stat(systemPath(join(place, DISCOVERY_FILES[0]))).catch(() => undefined);
    const stamp = `${place} ${found?.mtimeMs} ${found?.size}`;
    if (last?.stamp !== stamp) last = { stamp, opened: { place, history, discovery: await readDiscovery(place) } };
    return last.opened;
  }

  /** Why only the terminal can change it; `null` where the studio can. */
  const whyFixed = ({ history }: OpenedDiscovery) =>
    resolve(history.began.workingFolder) === folder.root
      ? null
      : `The discovery was begun in \`${history.began.workingFolder}\`, from which its images are seen: open the studio there to change it.`;

  /** One change after another, of a discovery that may be changed here. */
  async function change<T>(path: string, work: (place: string) => Promise<T>): Promise<T> {
    const opened = await open(path);
    const reason = whyFixed(opened);
    if (reason !== null) throw new ConfigurationError(reason);
    return folder.inTurn(() => work(opened.place));
  }

  routes.get("/discoveries", async (c) => {
    const runs = await findRuns();
    const studies = runs.filter(({ command, finished }) => (command === "measure" || command === "import") && finished);
    return c.json({
      discoveries: runs.filter(({ command }) => command === "discover"),
      studies: studies.map(({ path }) => path),
    });
  });

  routes.post("/discoveries", async (c) => {
    const { study } = await message(c, z.strictObject({ study: Place }));
    await folder.placeOfRun(spelledBack(study));
    const run = await nextRunFolder(folder.root, DISCOVERIES, basename(study));
    const about = { kind: "discover", title: basename(run), address: pageAddress("discover", reversiblyVisible(run)) };
    const job = jobs.start(about, async (tell, signal) => {
      await discoverInto(folder, run, spelledBack(study), tell, signal).finally(() => folder.changed());
    });
    return c.json({ job });
  });

  routes.get("/discovery", async (c) => {
    const path = asked(c, "path");
    const opened = await open(path);
    const { proposals, outside, map, notes, provenance, faces } = opened.discovery;
    const ratings = await readCheckSheets(opened.place).catch(() => undefined);
    return c.json({
      ...{ proposals, outside, map, notes, provenance },
      hasImages: faces.some(({ sha256, box }) => sha256 !== null && box !== null),
      ratings: ratings?.ratings.length ?? 0,
      toRate: ratings?.lines.length ?? 0,
      fixed: whyFixed(opened),
    });
  });

  routes.get("/discovery/portrait", async (c) => {
    const { history, place, discovery } = await open(asked(c, "path"));
    const id = asked(c, "face");
    const face = discovery.faces.find((each) => each.id === id);
    const study = { history, place, stamp: "" };
    const jpeg = face?.box ? await desk.portrait(study, { path: face.path, atS: null, box: face.box }) : null;
    return jpegOr(c, jpeg, NO_FACE);
  });

  routes.post("/discovery/group", async (c) => {
    const { discovery, faces, to } = await message(c, RegroupMessage);
    await change(discovery, (place) => regroupInto(place, faces, to));
    return c.json({});
  });

  routes.post("/discovery/name", async (c) => {
    const { discovery, group, name } = await message(c, NameMessage);
    await change(discovery, (place) => renameInto(place, group, name));
    return c.json({});
  });

  routes.post("/discovery/accept", async (c) => {
    const { discovery, group, name, ...options } = await message(c, AcceptMessage);
    const { outcome, category } = await change(discovery, (place) => {
      const wanted = withoutUndefined({ name: name || undefined, ...options });
      return acceptInto(place, group, wanted, c.req.raw.signal);
    });
    const refused = [...outcome.failures, ...outcome.duplicates].map(({ reason }) => reason);
    return c.json({ category, added: outcome.added.length, refused });
  });

  routes.post("/discovery/score", async (c) => {
    const { discovery } = await message(c, z.strictObject({ discovery: Place }));
    const scores = await change(discovery, async (place) => {
      const { sheets } = await readCheckSheets(place);
      if (sheets.length === 0) throw new ConfigurationError("Cannot score as nobody has rated a face yet");
      return scoreInto(place, sheets, c.req.raw.signal);
    });
    return c.json({ scores });
  });
  return routes;
}

/** Looks for groups as `kuleshov discover <study> --out <run>` does in the studio's folder. */
async function discoverInto(
  studio: StudioFolder,
  run: string,
  study: string,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const notify = (step: string) => tell({ step });
  const imported = await openImportedStudy(study);
  const inputs = imported?.inputs ?? (await inputsInside(studio, [study], listImages, notify));
  const session = imported ?? (await openExemplarSession({}));
  try {
    await discover(
      {
        ...{ folder: run, words: [study], inputs, known: KNOWN, knownCategories: await categoriesNamed(KNOWN) },
        ...{ seed: 1, resamples: RESAMPLES, notify },
        onProgress: ({ done, total }) => tell({ progress: { done, total } }),
      },
      { ...session, describer: null },
      signal,
    );
  } finally {
    await session.close();
  }
  signal.throwIfAborted();
}
