import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { agreementSoFar, keepRating, readCheckSheets, sheetOf } from "../discovery/rater-sheets.ts";
import { CHECK_FOLDER, SHEET_FILE } from "../discovery/write-discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { BASIC_LABELS } from "../domain/labels.ts";
import { readBytes } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { spelledBack } from "../platform/visible-text.ts";
import { aloneInRun } from "../runs/run-folder.ts";
import { readRunHistory } from "../runs/run-history.ts";
import {
  answersOf,
  beginRating,
  keepStudyRating,
  MOST_POINTS,
  RATINGS_FOLDER,
  RatingQuestion,
  type RatingScale,
  readScale,
  readStudyRatings,
} from "../study/study-ratings.ts";
import { boxOfRow, type OpenedStudy, placeOfRow } from "./opened-study.ts";
import { asked, message, NO_FACE } from "./requests.ts";
import type { Studio } from "./studio.ts";

const RatingMessage = z.strictObject({
  discovery: z.string().min(1),
  rater: z.string(),
  item: z.string(),
  rating: z.number().int().min(1).max(MOST_POINTS).nullable(),
});

const BeginMessage = z.strictObject({
  study: z.string().min(1),
  most: z.number().int().min(1).max(5_000),
  question: RatingQuestion,
});

const RATED_PX = 480;

/** As in the instructions that the sheet of a check comes with. */
const CHECK_SCALE = {
  question: "Does the face show the same expression as the others do?",
  words: ["no, clearly another expression", "rather not", "cannot tell", "rather yes", "yes, the same expression"],
};

/**
 * Blind rating of what a discovery proposes, and of the faces of any study. A page is told the images and what its own rater
 * gave: nothing of the key, and of others only how many they have rated.
 */
export function rateRoutes({ desk, folder, findRuns }: Studio): Hono {
  const routes = new Hono();

  /** The study that is rated; `undefined` where it is a discovery. */
  async function studyAt(path: string): Promise<OpenedStudy | undefined> {
    const command = (await readRunHistory(await folder.placeOfRun(spelledBack(path))))?.began.command;
    return command === "measure" || command === "import" ? desk.open(path) : undefined;
  }

  /** What is rated, and what all have given so far; `null` for a study whose raters are asked nothing yet. */
  async function sheetsAt(path: string) {
    const study = await studyAt(path);
    if (study === undefined) {
      return { scale: undefined, sheets: await readCheckSheets(await folder.placeOfRun(spelledBack(path))) };
    }
    const scale = await readScale(study.place);
    if (scale === undefined) return null;
    return { scale, sheets: { lines: linesOf(scale), ratings: await readStudyRatings(study.place, scale) } };
  }

  routes.get("/checks", async (c) => {
    const runs = await findRuns();
    const discoveries = runs.filter(({ command }) => command === "discover");
    const hasCheck = await Promise.all(
      discoveries.map(({ path }) =>
        stat(systemPath(join(folder.root, spelledBack(path), CHECK_FOLDER, SHEET_FILE))).then(
          () => true,
          () => false,
        ),
      ),
    );
    const studies = runs.filter(({ command, problem }) => command === "measure" && problem === null);
    return c.json({
      checks: discoveries.filter((_, index) => hasCheck[index]),
      others: hasCheck.includes(false),
      studies,
    });
  });

  routes.get("/ratings", async (c) => {
    const path = asked(c, "discovery");
    const found = await sheetsAt(path);
    if (found === null) return c.json({ begun: false, labels: BASIC_LABELS, mostAnswers: MOST_POINTS });
    const { scale, sheets } = found;
    const level = scale !== undefined && "labels" in scale ? "nominal" : "ordinal";
    const rater = c.req.query("rater") ?? "";
    const counts: Record<string, number> = {};
    for (const each of sheets.ratings) counts[each.rater] = (counts[each.rater] ?? 0) + 1;
    return c.json({
      begun: true,
      isCheck: scale === undefined,
      ...(scale === undefined ? CHECK_SCALE : { question: scale.question, words: answersOf(scale) }),
      level,
      lines: sheets.lines,
      given: Object.fromEntries(
        sheets.ratings.filter((each) => each.rater === rater).map(({ item, rating }) => [item, rating]),
      ),
      raters: Object.entries(counts).map(([name, rated]) => ({ name, rated })),
      agreement: agreementSoFar(sheets, level),
      sheet: `${scale === undefined ? CHECK_FOLDER : RATINGS_FOLDER}/${sheetOf(rater)}`,
    });
  });

  routes.post("/ratings/begin", async (c) => {
    const { study: path, most, question } = await message(c, BeginMessage);
    const study = await desk.open(path);
    const rows = await desk.rows(study);
    const counted = await desk.chosen(study, new URLSearchParams({ show: "counted" }));
    const faces = counted.flatMap((row) => {
      const { path: image, frame, faceId } = placeOfRow(rows, row);
      const box = boxOfRow(rows, row);
      if (faceId === null || box === null) return [];
      const atS = Math.round(rows.number("timestamp_s", row) * 1e3) / 1e3;
      const moment = frame === null ? {} : { frame, atS, trackId: rows.text("track_id", row) };
      return [{ path: image, faceId, box, ...moment }];
    });
    await folder.inTurn(() => beginRating(study.place, question, faces, { most, seed: 1 }));
    return c.json({});
  });

  routes.get("/check-image", async (c) => {
    const study = await studyAt(asked(c, "discovery"));
    if (study !== undefined) {
      const face = (await readScale(study.place))?.items.find(({ item }) => item === c.req.query("name"));
      const jpeg =
        face === undefined ? null : await desk.portrait(study, { ...face, atS: face.atS ?? null, sidePx: RATED_PX });
      if (jpeg === null) return c.json({ error: NO_FACE }, 404);
      return c.body(jpeg as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "image/jpeg" });
    }
    const discovery = await folder.placeOfRun(spelledBack(c.req.query("discovery") ?? ""));
    const name = c.req.query("name") ?? "";
    const { lines } = await readCheckSheets(discovery);
    if (!lines.some(({ image, references }) => image === name || references.includes(name))) {
      return c.json({ error: "The check has no such image: reload the page" }, 404);
    }
    const bytes = await readBytes(await folder.placeOfRun(join(discovery, CHECK_FOLDER, name)));
    return c.body(Uint8Array.from(bytes), 200, { "Content-Type": "image/jpeg" });
  });

  routes.post("/ratings", async (c) => {
    const read = RatingMessage.safeParse(await c.req.json().catch(() => null));
    if (!read.success)
      throw new ConfigurationError("Cannot keep the rating as it is none of the scale: reload the page");
    const { discovery, rater, item, rating } = read.data;
    const place = await folder.placeOfRun(spelledBack(discovery));
    const study = await studyAt(discovery);
    if (study === undefined && rating !== null && rating > CHECK_SCALE.words.length) {
      throw new ConfigurationError("Cannot keep the rating as it is none of the scale: reload the page");
    }
    await folder.inTurn(() =>
      study === undefined
        ? aloneInRun(place, () => keepRating(place, rater, item, rating))
        : keepStudyRating(study.place, rater, { item, rating }),
    );
    return c.json({});
  });
  return routes;
}

function linesOf({ items }: RatingScale) {
  return items.map(({ item }) => ({ item, image: item, references: [] }));
}
