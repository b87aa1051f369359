import { setImmediate as otherWork } from "node:timers/promises";
import { Hono } from "hono";
import { spelledBack } from "../platform/visible-text.ts";
import { readSituation, type SituationReading } from "../situations/read-situation.ts";
import { type NamedSituation, readSituationTable, situationsCsv } from "../situations/situation-table.ts";
import { filesIn } from "./folder-images.ts";
import { asked } from "./requests.ts";
import type { Studio } from "./studio.ts";

/** Situations of a table that are shown; all of them are in the file. */
const SHOWN = 50;

/** A situation and what it leads one to expect. */
export type ReadSituation = NamedSituation & { readonly reading: SituationReading };

/** What situations lead one to expect, without any face, as `kuleshov context` reads them. */
export function contextRoutes({ folder }: Studio): Hono {
  const routes = new Hono();

  routes.get("/situation-tables", async (c) => c.json({ tables: await filesIn(folder.root, /\.(csv|tsv|parquet)$/i) }));

  routes.get("/situations", async (c) => {
    const about = c.req.query("about") || undefined;
    const situation = c.req.query("situation");
    const rows = situation === undefined ? await tableIn(asked(c, "table")) : [{ situation, columns: {} }];
    return c.json({ total: rows.length, read: await readAll(rows.slice(0, SHOWN), about, c.req.raw.signal) });
  });

  routes.get("/situations.csv", async (c) => {
    const rows = await tableIn(asked(c, "table"));
    const csv = situationsCsv(await readAll(rows, c.req.query("about") || undefined, c.req.raw.signal));
    return c.body(csv, 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="norms.csv"`,
    });
  });

  const tableIn = async (path: string) => {
    await folder.mayRead(spelledBack(path));
    return readSituationTable(spelledBack(path));
  };
  return routes;
}

/** Each takes some milliseconds: what else is asked of the studio is answered in between. */
async function readAll(
  rows: readonly NamedSituation[],
  about: string | undefined,
  signal: AbortSignal,
): Promise<ReadSituation[]> {
  const read: ReadSituation[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    read.push({ ...row, reading: readSituation(row.situation, about === undefined ? {} : { about }) });
    await otherWork();
  }
  return read;
}
