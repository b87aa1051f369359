import { basename } from "node:path";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { rescoreRun } from "../evaluate.ts";
import { evaluationPath, listEvaluations } from "../evaluation/list-evaluations.ts";
import { smallJpeg } from "../evaluation/report/worst-cases.ts";
import { answerRows, placeOfAnswer } from "../evaluation/results/answer-rows.ts";
import { readText } from "../platform/read-file.ts";
import { tableRows } from "../platform/tables/table-rows.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { type AnswerFilter, chosenRows, runHead, shownImage, wholeAnswer } from "./evaluation-answers.ts";
import { evaluateInto, keepEvaluation, planOf, resumeInto } from "./evaluation-jobs.ts";
import { filesIn, labelFolders } from "./folder-images.ts";
import { pageAddress } from "./page-address.ts";
import { asked, jpegOr, message, nothingAsked } from "./requests.ts";
import { EVALUATIONS, nextRunFolder } from "./result-folders.ts";
import { createScoredRuns, imagesOfRun } from "./scored-runs.ts";
import type { Studio } from "./studio.ts";

const EvaluationMessage = z.strictObject({
  text: z.string().max(500_000),
  /** The evaluation that ships and is run as it is. */
  file: z.string().optional(),
  allowRemote: z.literal(true).optional(),
});

const PREVIEW_ROWS = 5;
const ROWS_AT_ONCE = 200;

/** Evaluations: written in a form, priced, run, and looked through answer by answer. */
export function evaluationRoutes({ folder, jobs, findRuns, numbers }: Studio): Hono {
  const routes = new Hono();
  const scored = createScoredRuns(() => folder.changed());
  const place = (path: string) => folder.placeOfRun(spelledBack(path));

  routes.get("/evaluations", async (c) => {
    const runs = (await findRuns()).filter(({ command }) => command === "eval" || command === "lab");
    const shipped = (await listEvaluations()).map(({ name, description }) => ({ name, description }));
    const { root } = folder;
    const [files, tables, folders, prompts] = await Promise.all([
      filesIn(root, /\.eval\.ya?ml$/),
      filesIn(root, /\.(csv|tsv|parquet)$/),
      labelFolders(root),
      filesIn(root, /\.prompt\.md$/),
    ]);
    return c.json({ runs, shipped, files, tables, folders, prompts });
  });

  /** The text of an evaluation in the folder, or of one that ships. */
  routes.get("/evaluation-file", async (c) => {
    const name = asked(c, "name");
    const isShipped = (await listEvaluations()).some((each) => each.name === name);
    return c.json({ text: await readText(isShipped ? await evaluationPath(name) : await place(name)), isShipped });
  });

  routes.get("/table", async (c) => {
    const path = asked(c, "path");
    const refuse = (reason: string, options?: ErrorOptions) =>
      new ConfigurationError(`Cannot read list as ${reason}: \`${path}\``, options);
    const rows: Readonly<Record<string, string>>[] = [];
    for await (const { cells } of tableRows(await place(path), { refuse })) {
      if (rows.push(cells) >= PREVIEW_ROWS) break;
    }
    if (rows.length === 0) throw refuse("it has no rows");
    return c.json({ columns: Object.keys(rows[0] ?? {}), rows });
  });

  routes.post("/evaluation-plan", async (c) => c.json(await planOf(await message(c, EvaluationMessage))));

  routes.post("/evaluations", async (c) => {
    const order = await message(c, EvaluationMessage);
    const { file, name } = await keepEvaluation(folder, order);
    const run = await nextRunFolder(folder.root, EVALUATIONS, name);
    const about = { kind: "eval", title: basename(run), address: pageAddress("evaluation", reversiblyVisible(run)) };
    const job = jobs.start(about, (tell, signal) => evaluateInto(folder, run, { ...order, file }, tell, signal));
    folder.changed();
    return c.json({ job, file });
  });

  routes.post("/evaluations/resume", async (c) => {
    const { run } = await message(c, z.strictObject({ run: z.string().min(1) }));
    await place(run);
    const address = pageAddress("evaluation", run);
    const about = { kind: "eval", title: basename(run), address };
    const start = () => jobs.start(about, (tell, signal) => resumeInto(folder, spelledBack(run), tell, signal));
    return c.json({ job: jobs.underWayAt(address) ?? start() });
  });

  /** Scores by a file that may have been changed since, as `eval rescore` does: nothing is asked again. */
  routes.post("/evaluations/rescore", async (c) => {
    const { run, file } = await message(c, z.strictObject({ run: z.string().min(1), file: z.string().min(1) }));
    const folderOfRun = await place(run);
    const isShipped = (await listEvaluations()).some(({ name }) => name === file);
    const from = isShipped ? await evaluationPath(file) : await place(file);
    const about = { kind: "eval", title: basename(run), address: pageAddress("evaluation", run) };
    const job = jobs.start(about, async (tell) => {
      tell({ step: "scoring again" });
      await rescoreRun(folderOfRun, from).finally(() => folder.changed());
    });
    return c.json({ job });
  });

  routes.get("/evaluation", async (c) => {
    const path = asked(c, "path");
    const [runs, answers] = await Promise.all([findRuns(), place(path).then(scored.firstOf)]);
    const run = runs.find((each) => each.path === path) ?? null;
    const others = runs.filter(({ command, path: own }) => (command === "eval" || command === "lab") && own !== path);
    return c.json({
      run,
      others: others.map((each) => each.path),
      head: answers === null ? null : await runHead(answers, folder),
    });
  });

  const runAt = async (path: string) => ({ path, place: await place(path) });

  routes.get("/evaluation/numbers", async (c) =>
    c.json(await numbers.ask("numbers", await runAt(asked(c, "path")), folder.root)),
  );

  const first = async (path: string) => there(await scored.firstOf(await place(path)), path);
  const all = async (path: string) => there(await scored.answersOf(await place(path)), path);

  function there<T>(found: T | null, path: string): T {
    if (found === null) throw nothingAsked(path);
    return found;
  }

  /** Answers of a run, beside those of another run or of another of its conditions where the address names one. */
  routes.get("/evaluation/answers", async (c) => {
    const path = asked(c, "path");
    const [withRun, withCell] = [c.req.query("with") ?? "", c.req.query("withcell") ?? ""];
    const { summary } = withRun === "" ? await first(path) : await all(path);
    const rows = chosenRows(answerRows(summary), filterOf(c));
    const other = withRun === "" ? null : answerRows((await all(withRun)).summary);
    const own = other?.filter(({ cell }) => withCell === "" || cell === withCell) ?? [];
    const byPlace = new Map(own.toReversed().map((row) => [placeOfAnswer(row), row]));
    const both = rows.map((row) => ({ row, other: other === null ? null : (byPlace.get(placeOfAnswer(row)) ?? null) }));
    const isDiffering = c.req.query("differ") !== undefined;
    const shown = isDiffering ? both.filter(({ row, other: its }) => row.answer !== its?.answer) : both;
    const [from, count] = [Number(c.req.query("from") ?? 0), Number(c.req.query("count") ?? ROWS_AT_ONCE)];
    return c.json({ total: shown.length, rows: shown.slice(from, from + count) });
  });

  routes.get("/evaluation/answer", async (c) => {
    const answer = await wholeAnswer(await all(asked(c, "path")), asked(c, "call"));
    return answer === undefined
      ? c.json({ error: "The run has no such answer: reload the page" }, 404)
      : c.json(answer);
  });

  routes.get("/evaluation/compare", async (c) => {
    const [one, other] = [await runAt(asked(c, "path")), await runAt(asked(c, "with"))];
    const [cell, otherCell] = [c.req.query("cell") ?? "", c.req.query("withcell") ?? ""];
    return c.json({ rows: await numbers.ask("compare", { ...one, cell }, { ...other, cell: otherCell }) });
  });

  /** What was asked otherwise than in another run, and what came of it. */
  routes.get("/evaluation/diff", async (c) => {
    const [after, before] = [await place(asked(c, "path")), await place(asked(c, "with"))];
    return c.json(await numbers.ask("diff", before, after));
  });

  routes.get("/evaluation/image", async (c) => {
    const run = await first(asked(c, "path"));
    const sample = asked(c, "sample");
    const shown = await shownImage(run, sample, c.req.query("cell") ?? "");
    const found = shown === null ? null : await (await imagesOfRun(folder, run)).place(shown.path);
    const whose = c.req.query("near") === "person" ? run.run.samples.find(({ id }) => id === sample) : undefined;
    const jpeg = found === null ? null : await smallJpeg(found, whose);
    return jpegOr(c, jpeg, "The image is not there, or lies outside of the folder");
  });
  return routes;
}

function filterOf(c: Context): AnswerFilter {
  const word = (name: string) => c.req.query(name) ?? "";
  return {
    ...{ cell: word("cell"), state: word("state"), truth: word("truth"), answer: word("answer"), words: word("words") },
  };
}
