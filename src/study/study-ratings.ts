import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { refuseRater, sheetOf } from "../discovery/rater-sheets.ts";
import { readSheet, type SheetRating } from "../discovery/score-sheet.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { PixelBox } from "../domain/geometry.ts";
import { groupBy } from "../domain/group-by.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { openStudyPeople, type StudyPeople } from "./clip-notes.ts";

/** Beside the tables of a study: what raters are asked, and a sheet of each. It is theirs; `--resume` and `--force` leave it. */
export const RATINGS_FOLDER = "ratings";
const SCALE_FILE = "scale.json";
/** Written anew with every rating. */
const TABLE_FILE = "ratings.csv";
const COLUMNS = ["item", "path", "frame", "face_id", "rater", "rating", "label"];

/** The most points that keys of one digit reach. */
export const MOST_POINTS = 9;

const Words = z.string().trim().min(1).max(80);
const Question = { question: z.string().trim().min(1).max(400) };
const Scale = { points: z.number().int().min(2).max(MOST_POINTS), lowest: Words, highest: Words };
const Labels = {
  labels: z
    .array(Words.max(40))
    .min(2)
    .max(MOST_POINTS)
    .refine((labels) => new Set(labels.map((label) => label.toLowerCase())).size === labels.length),
};

/** What is asked of every face: a point of a scale whose ends have words, or one of several labels. */
export const RatingQuestion = z.union([
  z.strictObject({ ...Question, ...Scale }),
  z.strictObject({ ...Question, ...Labels }),
]);
export type RatingQuestion = z.infer<typeof RatingQuestion>;

/** A face to be rated, in the order in which all raters see them. */
const RatedFace = z.strictObject({
  ...{ item: z.string(), path: z.string(), faceId: z.string(), box: PixelBox },
  /** Which frame of a clip, and when; left out for images. */
  frame: z.number().int().optional(),
  atS: z.number().optional(),
  trackId: z.string().optional(),
});
type RatedFace = z.infer<typeof RatedFace>;

const Drawn = { seed: z.number(), items: z.array(RatedFace).min(1) };
const RatingScale = z.union([
  z.strictObject({ ...Question, ...Scale, ...Drawn }),
  z.strictObject({ ...Question, ...Labels, ...Drawn }),
]);
export type RatingScale = z.infer<typeof RatingScale>;

/** What each answer is called, from the first; only the ends of a scale have words. */
export function answersOf(question: RatingQuestion): readonly string[] {
  if ("labels" in question) return question.labels;
  const { points, lowest, highest } = question;
  return Array.from({ length: points }, (_, at) => (at === 0 ? lowest : at === points - 1 ? highest : ""));
}

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
    throw new ConfigurationError("Cannot begin to rate the study as it has no face that counts");
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
export async function readStudyRatings(study: string, scale: RatingQuestion): Promise<SheetRating[]> {
  const folder = join(study, RATINGS_FOLDER);
  const names = (await readdir(systemPath(folder))).filter((name) => /^sheet-.*\.csv$/.test(name)).sort();
  const highest = answersOf(scale).length;
  return (await Promise.all(names.map((name) => readSheet(join(folder, name), highest)))).flat();
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
  const answers = answersOf(scale);
  if (rating !== null && rating > answers.length) {
    throw new ConfigurationError(`Cannot keep the rating as the scale ends at ${answers.length}: reload the page`);
  }
  const all = await readStudyRatings(study, scale);
  const given = new Map(all.flatMap((each) => (each.rater === rater ? [[each.item, each.rating] as const] : [])));
  if (rating === null) given.delete(item);
  else given.set(item, rating);
  const labelOf = (value: number | undefined) =>
    value === undefined || !("labels" in scale) ? "" : scale.labels[value - 1];
  const rows = scale.items.map(({ item: id, path, frame, faceId }) => {
    const own = given.get(id);
    return [id, path, frame, faceId, rater, own, labelOf(own)];
  });
  await writeFileAtomic(join(study, RATINGS_FOLDER, sheetOf(rater)), csvLines([COLUMNS, ...rows]));
  const others = all.filter((each) => each.rater !== rater);
  const own = [...given].map(([id, value]) => ({ item: id, rater, rating: value }));
  await writeFileAtomic(
    join(study, RATINGS_FOLDER, TABLE_FILE),
    ratingsTable(scale, [...others, ...own], await openStudyPeople(study)),
  );
}

/**
 * All ratings with one row for each face that has one, as `validate` and evaluations read labelled faces: where the face
 * is, for labels how many raters chose each, for a scale the mean, and what each rater gave.
 */
function ratingsTable(scale: RatingScale, ratings: readonly SheetRating[], people: StudyPeople): string {
  const raters = [...new Set(ratings.map(({ rater }) => rater))].sort();
  const byItem = groupBy(ratings, ({ item }) => item);
  const labels = "labels" in scale ? scale.labels : null;
  const rows = scale.items.flatMap(({ item, path, frame, atS, faceId, trackId, box }) => {
    const given = byItem.get(item);
    if (given === undefined) return [];
    const summary = labels?.map((_, at) => given.filter(({ rating }) => rating === at + 1).length) ?? [
      given.reduce((sum, { rating }) => sum + rating, 0) / given.length,
    ];
    const byRater = raters.map((rater) => {
      const rating = given.find((each) => each.rater === rater)?.rating;
      return rating === undefined ? "" : (labels?.[rating - 1] ?? rating);
    });
    const region = [box.leftPx, box.topPx, box.widthPx, box.heightPx].join(" ");
    const subject = people.subjectOf({ path, frame: frame ?? null, trackId: trackId ?? null });
    return [[path, frame, atS, faceId, subject, region, given.length, ...summary, ...byRater]];
  });
  const summary = labels?.map((label) => `votes_${label}`) ?? ["mean_rating"];
  const place = ["path", "frame", "timestamp_s", "face", "subject", "region", "raters"];
  return csvLines([[...place, ...summary, ...raters.map((rater) => `rater_${rater}`)], ...rows]);
}
