import { basename } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { OUT_OF_REACH, openWithdrawal, outcomeInWords, planInWords } from "../compose/withdrawing.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { writeBundle } from "../evaluation/report/bundle.ts";
import { exportCsv } from "../evaluation/report/export-csv.ts";
import { scoreRun } from "../evaluation/report/write-report.ts";
import { writeExperiment } from "../experiment.ts";
import { exportStudy } from "../export.ts";
import { sha256 } from "../platform/hash.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { readStudyDescription } from "../study/study-folder.ts";
import { keepPurpose, participantNotice, readPurpose, restrictedUse } from "../study/study-purpose.ts";
import { planWithdrawal, type Withdrawal, type WithdrawDependencies, withdraw } from "../withdraw.ts";
import { imageFolders } from "./folder-images.ts";
import type { Work } from "./jobs.ts";
import { pageAddress } from "./page-address.ts";
import { asked, asNamed, message } from "./requests.ts";
import { DATASETS, nextRunFolder } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().min(1).max(4_000);
const Names = z.array(Text).max(100);
const PurposeMessage = z.strictObject({ study: Text, purpose: Text });
const DatasetMessage = z.strictObject({
  ...{ study: Text, authors: Names.min(1), title: Text, licence: Text.optional(), runs: Names },
});
const ExportMessage = z.strictObject({ run: Text, what: z.enum(["csv", "parquet", "bundle", "experiment"]) });
const WithdrawMessage = z.strictObject({ person: Text, places: Names.min(1), columns: Names });
const WithdrawSeen = WithdrawMessage.extend({ seen: z.string() });

/** What is made to be handed out, or taken back: datasets, tables, notices, withdrawals. */
export function sharingRoutes({ folder, desk, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();

  routes.get("/study/sharing", async (c) => {
    const { place } = await desk.open(asked(c, "path"));
    const purpose = (await readPurpose(place)) ?? null;
    return c.json({
      purpose,
      notice: purpose === null ? null : participantNotice(await readStudyDescription(place), purpose),
      restriction: purpose === null ? null : (restrictedUse(purpose) ?? null),
      runs: (await findRuns()).filter(({ command }) => command === "eval").map(({ path }) => path),
    });
  });

  routes.post("/study/purpose", async (c) => {
    const { study, purpose } = await message(c, PurposeMessage);
    const { place } = await desk.open(study);
    await folder.inTurn(() => keepPurpose(place, purpose));
    return c.json({});
  });

  /** As `kuleshov export <study> --psych-ds <folder>` does. */
  routes.post("/study/export", async (c) => {
    const { study, runs, licence, ...words } = await message(c, DatasetMessage);
    const { place } = await desk.open(study);
    const places = await Promise.all(runs.map((run) => folder.place(spelledBack(run))));
    const into = await nextRunFolder(folder.root, DATASETS, basename(place));
    const { files, notes } = await exportStudy({ ...words, licence, study: place, runs: places, folder: into });
    folder.changed();
    return c.json({ folder: reversiblyVisible(into), files, notes });
  });

  /** As `eval export` and `eval experiment` do; what is written stands among the files of the run. */
  routes.post("/evaluations/export", async (c) => {
    const { run, what } = await message(c, ExportMessage);
    const place = await folder.place(spelledBack(run));
    const address = pageAddress("run", run);
    const work: Work = async (tell) => {
      tell({ step: WRITING[what] });
      if (what === "experiment") await writeExperiment(place);
      else if (what === "bundle")
        await writeBundle(place, `${asNamed(folder.root, run).replaceAll("/", "-")}.bundle.zip`);
      else await exportCsv(await scoreRun(place), what === "parquet");
      folder.changed();
    };
    const start = () => jobs.start({ kind: "eval export", title: basename(run), address }, work);
    return c.json({ job: jobs.underWayAt(address) ?? start() });
  });

  async function withPlan<T>(
    { person, places, columns }: z.infer<typeof WithdrawMessage>,
    act: (plan: Withdrawal, seen: string, dependencies: WithdrawDependencies) => Promise<T>,
  ): Promise<T> {
    const named = places.map((place) => asNamed(folder.root, place) || ".");
    for (const place of named) await folder.place(place);
    const { dependencies, close } = await openWithdrawal(named);
    try {
      const plan = await planWithdrawal({ name: person, columns, places: named }, dependencies);
      // All caches go, whatever is in them, and whoever measures meanwhile adds to them: what is seen is the rest.
      const rest = planInWords(person, { ...plan, caches: { entries: 0, bytes: 0 } });
      return await act(plan, sha256(rest), dependencies);
    } finally {
      await close();
    }
  }

  routes.get("/withdraw/places", async (c) => {
    const runs = (await findRuns()).map(({ path }) => path);
    return c.json({
      places: [...new Set([...(await imageFolders(folder.root)), ...runs])].filter((one) => one !== "."),
    });
  });

  /** What would go, as `kuleshov withdraw` shows it. The name is in no address: browsers keep these. */
  routes.post("/withdraw/plan", async (c) => {
    const order = await message(c, WithdrawMessage);
    return c.json(await withPlan(order, async (plan, seen) => ({ account: planInWords(order.person, plan), seen })));
  });

  /** Removes what was shown, and nothing else, as `--yes` does; then says what is left. */
  routes.post("/withdraw", async (c) => {
    const { seen, ...order } = await message(c, WithdrawSeen);
    const outcome = await folder.inTurn(() =>
      withPlan(order, async (plan, found, dependencies) => {
        if (found !== seen) {
          throw new ConfigurationError("Nothing was removed, as what is found is not what was shown: look again");
        }
        return withdraw(plan, dependencies);
      }),
    );
    const isClear = outcome.left.length === 0;
    return c.json({ account: outcomeInWords(order.person, outcome), isClear, outOfReach: OUT_OF_REACH.join(" ") });
  });
  return routes;
}

const WRITING = {
  csv: "writing tables",
  parquet: "writing tables",
  bundle: "writing the bundle",
  experiment: "writing the page for participants",
} as const;
