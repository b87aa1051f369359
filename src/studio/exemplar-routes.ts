import { dirname } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { distilExemplars, mayHoldDefinitions } from "../compose/distil-exemplars.ts";
import { openExemplarSession } from "../compose/exemplars.ts";
import {
  exportExemplars,
  readExemplarSources,
  remeasureExemplars,
  takeExemplars,
} from "../compose/exemplars-in-bulk.ts";
import { searchExemplars } from "../compose/search-exemplars.ts";
import { ConfigurationError, KuleshovError, ToolInputError } from "../domain/errors.ts";
import type { Exemplar } from "../domain/exemplar.ts";
import type { ImportOutcome, NotImported } from "../exemplars/import-exemplars.ts";
import type { ExemplarFilter } from "../ports/exemplar-store.ts";
import { withoutUndefined } from "./answers.ts";
import type { StudioFolder } from "./folder.ts";
import { filesIn, labelFolders } from "./folder-images.ts";
import type { JobNews, Work } from "./jobs.ts";
import { asNamed, message } from "./requests.ts";
import type { Studio } from "./studio.ts";

const Text = z.string().trim().min(1).max(1_000);
const Remote = { allowRemote: z.literal(true).optional() };
const Import = z.strictObject({
  ...{ source: Text, labeller: Text.default("user"), embedder: Text.optional() },
  ...{ partial: z.literal(true).optional(), ...Remote },
});
const Written = z.strictObject({ file: Text, category: Text.optional() });
const Search = z.strictObject({
  ...{ text: Text.optional(), like: Text.optional(), face: Text.optional(), category: Text.optional() },
  ...{ embedder: Text.optional(), ...Remote },
});
const Distil = Written.extend({ model: Text.optional(), ...Remote });

const ADDRESS = "/categories/";
const REASONS_TOLD = 3;
/** As many as the command finds unless told. */
const SEARCHED = 10;

/** An exemplar that was found, with why. */
export interface FoundExemplar extends Pick<Exemplar, "id" | "category" | "role"> {
  /** 0..1, `null` when no faces were compared. */
  readonly similarity: number | null;
  readonly why: readonly string[];
}

/** Many examples at once, as `kuleshov exemplars` imports, exports, finds, defines and remeasures them: what takes long is a job of the page of categories. */
export function exemplarRoutes({ folder, jobs }: Studio): Hono {
  const routes = new Hono();
  const start = (title: string, work: Work) =>
    jobs.start({ kind: "exemplars", title, address: ADDRESS }, (...how) =>
      work(...how).finally(() => folder.changed()),
    );

  /** What can be imported. */
  routes.get("/exemplars/sources", async (c) => {
    const found = [await labelFolders(folder.root), await filesIn(folder.root, /\.(jsonl|csv|tsv)$/i)];
    return c.json({ sources: found.flat() });
  });

  routes.post("/exemplars/import", async (c) => {
    const { source: named, labeller, partial, ...embedding } = await message(c, Import);
    const source = asNamed(folder.root, named);
    await folder.mayRead(source);
    const { candidates, left } = await readExemplarSources([source], { labeller, partial, notify: () => {} });
    // Only images of packages, which are installed with us, have a name other than their path.
    for (const { name, path } of candidates) if (name === path) await folder.mayRead(path);
    const how = { ...withoutUndefined(embedding), duplicates: "refuse", keepViews: true } as const;
    const job = start(`import ${named}`, async (tell, signal) => {
      const session = await openExemplarSession({});
      try {
        const outcome = await takeExemplars(session, candidates, how, watching(tell, candidates.length, signal));
        tell({ step: importedInWords(outcome, left) });
      } finally {
        await session.close();
      }
    });
    return c.json({ job });
  });

  routes.post("/exemplars/export", async (c) => {
    const { file, category } = await message(c, Written);
    await mayWrite(folder, file);
    const { count, location } = await folder.inTurn(() => exportExemplars(file, { filter: filterOf(category) }));
    if (count === 0) throw new ConfigurationError(`Nothing to export from ${location}`);
    return c.json({ told: `${count} exemplars written to ${file}` });
  });

  routes.post("/exemplars/remeasure", async (c) => {
    const { to } = await message(c, z.strictObject({ to: Text }));
    await mayWrite(folder, to);
    const job = start(`measure again into ${to}`, async (tell, signal) => {
      const { outcome, total, space } = await remeasureExemplars({ to }, watching(tell, null, signal));
      const { added, failures } = outcome;
      const done = `${added.length} of ${total} measured again into ${to} by ${space.id}`;
      if (added.length === 0 && failures[0] !== undefined) throw new KuleshovError(failures[0].reason);
      tell({ step: [done, ...leftOut(failures)].join("; ") });
    });
    return c.json({ job });
  });

  routes.post("/exemplars/search", async (c) => {
    const { text = null, category, like: named, ...rest } = await message(c, Search);
    const like = named === undefined ? undefined : asNamed(folder.root, named);
    if (like !== undefined) await folder.mayRead(like);
    const search = { ...withoutUndefined(rest), text, like, count: SEARCHED, filter: filterOf(category) };
    const { retrieval, location } = await searchExemplars(search, c.req.raw.signal);
    const found = retrieval.hits.map(
      ({ exemplar: { id, category: its, role }, face, why }): FoundExemplar => ({
        ...{ id, category: its, role, why },
        similarity: face?.similarity ?? null,
      }),
    );
    const excluded = retrieval.excluded.map(({ category: its, reason }) => `One of ${its} was left out: ${reason}`);
    return c.json({ found, told: [found.length === 0 ? `Nothing found in ${location}` : "", ...excluded].join(" ") });
  });

  routes.post("/exemplars/distil", async (c) => {
    const { file, category, ...judge } = await message(c, Distil);
    await mayWrite(folder, file);
    mayHoldDefinitions(file);
    const given = { ...withoutUndefined(judge), filter: filterOf(category) };
    const job = start(`define into ${file}`, async (tell, signal) => {
      const { count, told, notes } = await distilExemplars(file, given, { notify: (step) => tell({ step }), signal });
      if (count === 0) throw new ConfigurationError(told);
      tell({ step: [told, ...notes].join("; ") });
    });
    return c.json({ job });
  });
  return routes;
}

function filterOf(category: string | undefined): ExemplarFilter {
  return category === undefined ? {} : { categories: [category] };
}

/** @param total how many there are, where that is known before the first are done. */
function watching(tell: (news: JobNews) => void, total: number | null, signal: AbortSignal) {
  tell({ step: "measuring faces", progress: total === null ? null : { done: 0, total } });
  return { onProgress: (done: number, all: number) => tell({ progress: { done, total: all } }), signal };
}

/** @throws {KuleshovError} if nothing was added as every image failed. */
function importedInWords({ added, duplicates, failures, unmeasured }: ImportOutcome, left: number): string {
  const [first] = failures;
  if (added.length + duplicates.length === 0 && first !== undefined) throw new KuleshovError(first.reason);
  return [
    `${added.length} added`,
    ...(unmeasured.length === 0 ? [] : [`${unmeasured.length} of them without a measured face`]),
    ...(left === 0 ? [] : [`${left} left out that cannot be used`]),
    ...leftOut([...failures, ...duplicates]),
  ].join("; ");
}

function leftOut(entries: readonly NotImported[]): string[] {
  if (entries.length === 0) return [];
  const reasons = entries.slice(0, REASONS_TOLD).map(({ path, reason }) => `${path}: ${reason}`);
  return [`${entries.length} left out (${reasons.join("; ")}${entries.length > REASONS_TOLD ? "; ..." : ""})`];
}

/** Neither the place itself nor a link on the way to it may lead out of the folder, nor to another machine. */
async function mayWrite(studio: StudioFolder, path: string): Promise<void> {
  try {
    if (path.includes("://")) throw new ToolInputError(path);
    for (let at = path; ; at = dirname(at)) {
      await studio.mayRead(at);
      if (dirname(at) === at || at === ".") return;
    }
  } catch (cause) {
    if (!(cause instanceof ToolInputError)) throw cause;
    throw new ConfigurationError(
      `Cannot write as it is outside of the folder that the studio was opened on: name a place in it (\`${path}\`)`,
      { cause },
    );
  }
}
