import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { refuseRater, sheetOf } from "../discovery/rater-sheets.ts";
import { readSheet, type SheetRating } from "../discovery/score-sheet.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { PixelBox } from "../domain/geometry.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

/** Beside the tables of a study: what raters are asked, and a sheet of each. It is theirs; `--resume` and `--force` leave it. */
export const RATINGS_FOLDER = "ratings";
const SCALE_FILE = "scale.json";
const COLUMNS = ["item", "path", "face_id", "rater", "rating"];

/** The most points that keys of one digit reach. */
export const MOST_POINTS = 9;

/** What is asked of every face, and what the ends of the scale mean. */
export const RatingQuestion = z.strictObject({
  question: z.string().trim().min(1).max(400),
  points: z.number().int().min(2).max(MOST_POINTS),
  lowest: z.string().trim().min(1).max(80),
  highest: z.string().trim().min(1).max(80),
});
export type RatingQuestion = z.infer<typeof RatingQuestion>;

/** A face to be rated, in the order in which all raters see them. */
const RatedFace = z.strictObject({ item: z.string(), path: z.string(), faceId: z.string(), box: PixelBox });
export type RatedFace = z.infer<typeof RatedFace>;

const RatingScale = RatingQuestion.extend({ seed: z.number(), items: z.array(RatedFace).min(1) });
export type RatingScale = z.infer<typeof RatingScale>;

/** @returns `undefined` where nobody has begun to rate. @throws {ConfigurationError} if the file is no such scale. */
export async function readScale(study: string): Promise<RatingScale | undefined> {
  const path = join(study, RATINGS_FOLDER, SCALE_FILE);
  if ((await hashOfFileIfThere(path)) === undefined) return undefined;
  try {
    return RatingScale.parse(JSON.parse(await readText(path)));
  } catch (cause) {
    throw new ConfigurationError(`Cannot rate the study as its scale is damaged: \`${path}\``, { cause });
  }
}

/** Draws the faces that are rated, in one random order for all raters. @throws {ConfigurationError} if there are none, or raters have begun. */
export async function beginRating(
  study: string,
  question: RatingQuestion,
  faces: readonly Omit<RatedFace, "item">[],
  { most, seed }: { readonly most: number; readonly seed: number },
): Promise<void> {
  if ((await readScale(study)) !== undefined) {
    throw new ConfigurationError(
      `Cannot begin to rate the study as raters have begun: move \`${join(study, RATINGS_FOLDER)}\` away first`,
    );
  }
  if (faces.length === 0) {
    throw new ConfigurationError("Cannot begin to rate the study as it has no face of an image that counts");
  }
  const items = createRandom(`${seed} rating`)
    .shuffled(faces)
    .slice(0, most)
    .map((face, index) => ({ item: String(index + 1).padStart(3, "0"), ...face }));
  await makeFolder(join(study, RATINGS_FOLDER));
  const scale: RatingScale = { ...question, seed, items };
  await writeFileAtomic(join(study, RATINGS_FOLDER, SCALE_FILE), `${JSON.stringify(scale, null, 1)}\n`);
}

/** What all raters have given so far. */
export async function readStudyRatings(study: string, { points }: Pick<RatingScale, "points">): Promise<SheetRating[]> {
  const folder = join(study, RATINGS_FOLDER);
  const names = (await readdir(systemPath(folder))).filter((name) => name.endsWith(".csv")).sort();
  return (await Promise.all(names.map((name) => readSheet(join(folder, name), points)))).flat();
}

/** Keeps one rating in the rater's own sheet; `null` takes it back. @throws {ConfigurationError} if it is none of the scale. */
export async function keepStudyRating(
  study: string,
  rater: string,
  { item, rating }: { readonly item: string; readonly rating: number | null },
): Promise<void> {
  refuseRater(rater);
  const scale = await readScale(study);
  if (scale === undefined || !scale.items.some((each) => each.item === item)) {
    throw new ConfigurationError(`The study has no item "${item}" to rate: reload the page`);
  }
  if (rating !== null && rating > scale.points) {
    throw new ConfigurationError(`Cannot keep the rating as the scale ends at ${scale.points}: reload the page`);
  }
  const own = (await readStudyRatings(study, scale)).filter((each) => each.rater === rater);
  const given = new Map(own.map((each) => [each.item, each.rating]));
  if (rating === null) given.delete(item);
  else given.set(item, rating);
  const rows = scale.items.map((each) => [each.item, each.path, each.faceId, rater, given.get(each.item)]);
  await writeFileAtomic(join(study, RATINGS_FOLDER, sheetOf(rater)), csvLines([COLUMNS, ...rows]));
}
