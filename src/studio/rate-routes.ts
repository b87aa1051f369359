import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { agreementSoFar, keepRating, readCheckSheets, sheetOf } from "../discovery/rater-sheets.ts";
import { CHECK_FOLDER, SHEET_FILE } from "../discovery/write-discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { readBytes } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { spelledBack } from "../platform/visible-text.ts";
import { aloneInRun } from "../runs/run-folder.ts";
import type { Studio } from "./studio.ts";

const RatingMessage = z.strictObject({
  discovery: z.string().min(1),
  rater: z.string(),
  item: z.string(),
  rating: z.number().int().min(1).max(5).nullable(),
});

/**
 * Blind rating of what a discovery proposes. A page is told the images and what its own rater gave: nothing of the key,
 * and of others only how many they have rated.
 */
export function rateRoutes({ folder, findRuns }: Studio): Hono {
  const routes = new Hono();
  let writing: Promise<unknown> = Promise.resolve();

  routes.get("/checks", async (c) => {
    const discoveries = (await findRuns()).filter(({ command }) => command === "discover");
    const hasCheck = await Promise.all(
      discoveries.map(({ path }) =>
        stat(systemPath(join(folder.root, spelledBack(path), CHECK_FOLDER, SHEET_FILE))).then(
          () => true,
          () => false,
        ),
      ),
    );
    return c.json({ checks: discoveries.filter((_, index) => hasCheck[index]), others: hasCheck.includes(false) });
  });

  routes.get("/ratings", async (c) => {
    const sheets = await readCheckSheets(await folder.place(spelledBack(c.req.query("discovery") ?? "")));
    const rater = c.req.query("rater") ?? "";
    const counts: Record<string, number> = {};
    for (const each of sheets.ratings) counts[each.rater] = (counts[each.rater] ?? 0) + 1;
    return c.json({
      lines: sheets.lines,
      given: Object.fromEntries(
        sheets.ratings.filter((each) => each.rater === rater).map(({ item, rating }) => [item, rating]),
      ),
      raters: Object.entries(counts).map(([name, rated]) => ({ name, rated })),
      ...{ agreement: agreementSoFar(sheets), sheet: `${CHECK_FOLDER}/${sheetOf(rater)}` },
    });
  });

  routes.get("/check-image", async (c) => {
    const discovery = await folder.place(spelledBack(c.req.query("discovery") ?? ""));
    const name = c.req.query("name") ?? "";
    const { lines } = await readCheckSheets(discovery);
    if (!lines.some(({ image, references }) => image === name || references.includes(name))) {
      return c.json({ error: "The check has no such image: reload the page" }, 404);
    }
    const bytes = await readBytes(await folder.place(join(discovery, CHECK_FOLDER, name)));
    return c.body(Uint8Array.from(bytes), 200, { "Content-Type": "image/jpeg" });
  });

  routes.post("/ratings", async (c) => {
    const read = RatingMessage.safeParse(await c.req.json().catch(() => null));
    if (!read.success)
      throw new ConfigurationError("Cannot keep the rating as it is none from 1 to 5: reload the page");
    const { discovery, rater, item, rating } = read.data;
    const place = await folder.place(spelledBack(discovery));
    const kept = writing.then(() => aloneInRun(place, () => keepRating(place, rater, item, rating)));
    writing = kept.catch(() => undefined);
    await kept;
    folder.changed();
    return c.json({});
  });
  return routes;
}
