import { basename, extname } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { starterPacks } from "../compose/exemplars.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { readTruth } from "../validation/read-truth.ts";
import { withoutUndefined } from "./answers.ts";
import { answersInto, asksMany, listToResume } from "./ask-list-jobs.ts";
import { Budget } from "./ask-list-routes.ts";
import {
  type PassportOrder,
  passportToResume,
  type SearchOrder,
  searchInto,
  searchToResume,
  validateInto,
} from "./command-jobs.ts";
import { categoryNames } from "./exemplars.ts";
import { imageFolders } from "./folder-images.ts";
import type { Work } from "./jobs.ts";
import { pageAddress } from "./page-address.ts";
import { message } from "./requests.ts";
import { nextRunFolder, PASSPORTS, SEARCHES } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().min(1).max(1_000);
const MOST_SHOWN = 500;
const Judging = z.strictObject({ model: Text.optional(), allowRemote: z.literal(true).optional() });
const Search = z.strictObject({ top: z.int().min(1).max(MOST_SHOWN) }).extend(Judging.shape);

const SearchMessage = Search.extend({ category: Text, pack: Text.nullable(), words: Text });
const PassportMessage = z.strictObject({
  ...{ images: Text, labels: Text, models: z.array(Text).max(9), toolboxes: z.array(Text).min(1).max(9) },
  allowRemote: z.literal(true).optional(),
});
const ResumeMessage = Search.partial().extend({ ...Budget.shape, run: z.string().min(1) });

const FACES_SHOWN = 24;

/** Searches for a category, and measurement passports: begun and gone on with. Their results are shown as any run's. */
export function commandRoutes({ folder, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();

  routes.get("/searches", async (c) =>
    c.json({
      ...{ categories: await categoryNames(), packs: await starterPacks() },
      folders: await imageFolders(folder.root),
      runs: (await findRuns()).filter(({ command }) => command === "find"),
    }),
  );

  routes.post("/searches", async (c) => {
    const { words, category, pack, ...rest } = await message(c, SearchMessage);
    const packs = pack === null ? {} : { packs: [pack] };
    const order = { ...rest, ...packs, category: spelledBack(category), words: [spelledBack(words)] };
    const run = await nextRunFolder(folder.root, SEARCHES, category);
    return c.json({ job: search(run, order) });
  });

  routes.post("/passports", async (c) => {
    const { images, labels, ...rest } = await message(c, PassportMessage);
    const order = { ...rest, images: spelledBack(images), labels: spelledBack(labels) };
    for (const path of [order.images, order.labels]) await folder.mayRead(path);
    await readTruth(order.labels, order.images); // so that a table that says nothing is refused where it was chosen
    const run = await nextRunFolder(folder.root, PASSPORTS, basename(labels, extname(labels)));
    return c.json({ job: passport(run, order) });
  });

  routes.post("/runs/resume", async (c) => {
    const { run: named, top = FACES_SHOWN, budgetUsd, budgetTokens, ...judge } = await message(c, ResumeMessage);
    const run = spelledBack(named);
    const history = await readRunHistory(await folder.placeOfRun(run));
    if (history?.began.command === "find") {
      return c.json({ job: search(run, { ...searchToResume(folder, named, history), ...judge, top }) });
    }
    if (history?.began.command === "validate") {
      const { allowRemote } = judge;
      return c.json({ job: passport(run, { ...passportToResume(folder, named, history), allowRemote }) });
    }
    if (history !== undefined && asksMany(history)) {
      const order = await listToResume(folder, named, history, withoutUndefined({ budgetUsd, budgetTokens }));
      const work: Work = (...how) => answersInto(run, order, ...how).finally(() => folder.changed());
      return c.json({ job: start("ask", run, work) });
    }
    throw new ConfigurationError(`Cannot go on with it here: run the command that began it again (\`${named}\`)`);
  });

  const search = (run: string, order: SearchOrder) =>
    start("find", run, (tell, signal) => searchInto(folder, run, order, tell, signal));
  const passport = (run: string, order: PassportOrder) =>
    start("validate", run, (tell, signal) => validateInto(folder, run, order, tell, signal));

  function start(kind: string, run: string, work: Work) {
    const address = pageAddress("run", reversiblyVisible(run));
    const title = kind === "ask" ? run : basename(run); // whose last part is a number
    return jobs.underWayAt(address) ?? jobs.start({ kind, title, address }, work);
  }
  return routes;
}
