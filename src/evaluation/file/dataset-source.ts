import { z } from "zod";
import { ActionUnitName } from "../../domain/measurement.ts";

/** The dataset's numbers for "not at all" and "fully", e.g. `[1, 9]`. */
const ScaleEnds = z.tuple([z.number(), z.number()]);

const common = {
  path: z
    .string()
    .min(1)
    .describe("Relative to this file; $NAME is read from the environment, npm:<package>/<path> lies in a dependency"),
  taxonomy: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(2)])
    .optional()
    .describe("Id of a taxonomy, or its labels; labels outside it are errors"),
  where: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe("Rows to take: columns and the cells they may have, e.g. { Usage: [PublicTest] }"),
  ids: z.array(z.string().min(1)).min(1).optional().describe("The only samples to take, by id"),
  limit: z.int().positive().optional().describe("Seeded random subset of this size"),
  seed: z.int().default(1).describe("Of the subset"),
  badRows: z.enum(["stop", "skip"]).default("stop").describe("Rows that cannot be used: stop, or skip and count them"),
};

/** Which column holds what. Numbers are on the scale that `scales` gives. */
const Columns = z.strictObject({
  id: z.string().optional(),
  image: z.string().optional().describe("Path of an image, or of a video"),
  frame: z.string().optional().describe("Number of the frame, where the image is a video; firstFrame says from where"),
  time: z.string().optional().describe("Seconds from the start, where the image is a video"),
  from: z.string().optional().describe("With videos: clips, seconds at which what label names begins in the clip"),
  to: z.string().optional().describe("With videos: clips, seconds at which it ends"),
  label: z.string().optional(),
  votes: z
    .record(z.string(), z.string())
    .optional()
    .describe("Column of each label's votes: the label is the one with most, and a tie is none"),
  pixels: z.string().optional().describe("Grey values 0-255 of a square image, row by row, as in FER2013"),
  labels: z.string().optional().describe("Several labels in one cell, separated by labelSeparator"),
  valence: z.string().optional(),
  arousal: z.string().optional(),
  dominance: z.string().optional(),
  explanation: z.string().optional(),
  subject: z.string().optional(),
  question: z.string().optional(),
  context: z.string().optional(),
  transcript: z
    .string()
    .optional()
    .describe("What is said: path of a transcript, relative to where images are, or the words themselves"),
  statement: z.string().optional(),
  options: z.string().optional().describe("Options in one cell, separated by labelSeparator"),
  choice: z.string().optional(),
  pair: z.string().optional(),
  region: z
    .union([z.string(), z.tuple([z.string(), z.string(), z.string(), z.string()])])
    .optional()
    .describe("left top width height in pixels, separated by spaces in one column, or a column each"),
  raters: z.array(z.string()).min(1).optional().describe("One column per human rater"),
  actionUnits: z.record(ActionUnitName, z.string()).optional().describe("Column of each coded action unit"),
});
export type Columns = z.infer<typeof Columns>;

/** What is made of the words or codes that the dataset labels with. */
const LabelMap = z
  .record(z.string(), z.string().min(1).nullable())
  .optional()
  .describe("What each label or code of the dataset means here; null leaves its rows out");

/** A second table with more columns about the same rows. */
const Join = z.strictObject({
  path: z.string().min(1),
  on: z
    .union([z.literal("row"), z.tuple([z.string(), z.string()])])
    .describe("row: both tables list the same things in the same order; else the column of each that must agree"),
  header: z.array(z.string().min(1)).min(1).optional().describe("Columns of a file that does not name them"),
});

const tableFields = {
  ...common,
  header: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Columns of a CSV file that does not name them; an empty name leaves one out"),
  files: z
    .string()
    .min(1)
    .optional()
    .describe("Which tables below the path, where there is one for each person or action unit, e.g. labels/*/*.txt"),
  pattern: z
    .string()
    .min(1)
    .optional()
    .describe("Regular expression over the path of each of `files`; its named groups become columns"),
  rowNumber: z
    .strictObject({ column: z.string().min(1), from: z.int().min(0).default(0) })
    .optional()
    .describe("A column that numbers the rows of each table, for tables with a row for each frame"),
  spread: z
    .strictObject({ names: z.string().min(1), values: z.string().min(1) })
    .optional()
    .describe("Rows that differ in these two columns alone become one, with a column for each name"),
  missing: z.array(z.string()).default([]).describe("Cells that say there is no value, as 9 does in BP4D"),
  firstFrame: z.int().min(0).default(0).describe("What the dataset calls the first frame of a video"),
  videos: z
    .enum(["frames", "clips"])
    .default("frames")
    .describe(
      "What a row with a video stands for: one frame of it, or the clip; then rows about one clip are one sample, with truth over time",
    ),
  moment: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("How much of a video is over at its frame, where no column says which"),
  join: z
    .union([Join, z.array(Join).min(1)])
    .optional()
    .describe("More tables; rows that are only in one of the two are left out and counted"),
  imagePath: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      "Path of a row's image or video made of its cells, instead of columns.image: faces/{label}/{file}; {frame:4} has at least four digits; of several the first that is there",
    ),
  labelMap: LabelMap,
  images: z.string().optional().describe("Folder that image cells are relative to; the list's own when left out"),
  columns: Columns,
  labelSeparator: z.string().min(1).default("|"),
  scales: z
    .strictObject({ valence: ScaleEnds.optional(), arousal: ScaleEnds.optional(), dominance: ScaleEnds.optional() })
    .default({}),
  actionUnitScale: z.enum(["intensity-0-5", "binary"]).default("intensity-0-5"),
};

/** How the cells of a table are read, whichever table it is. */
const rowFields = {
  labelMap: tableFields.labelMap,
  labelSeparator: tableFields.labelSeparator,
  scales: tableFields.scales,
  actionUnitScale: tableFields.actionUnitScale,
};

/** Where samples come from. The named layouts are those in which the databases are handed out. */
export const DatasetSource = z.discriminatedUnion("format", [
  z.strictObject({ format: z.literal("csv"), ...tableFields }),
  z.strictObject({ format: z.literal("jsonl"), ...tableFields }),
  z.strictObject({ format: z.literal("folder"), ...common }).describe("One folder per label"),
  z
    .strictObject({
      format: z.literal("study"),
      ...common,
      ...rowFields,
      join: Join.omit({ on: true, header: true })
        .extend({
          on: z.string().min(1).default("path").describe("Its column with the path of the image"),
          frame: z
            .string()
            .min(1)
            .optional()
            .describe("Its column with the frame of a video, as the study numbers them"),
        })
        .optional()
        .describe("A table with labels and the like, by image"),
      columns: Columns.omit({ id: true, image: true, region: true, pixels: true })
        .default({})
        .describe("Columns of the joined table; without a label there, the folder of an image names it"),
    })
    .describe("The folder of a study: one sample per face that it measured; nothing is measured anew"),
  z
    .strictObject({
      format: z.literal("files"),
      ...common,
      files: z.string().min(1).default("**/*").describe("Which files below the path, e.g. **/*.tiff"),
      pattern: z
        .string()
        .min(1)
        .describe("Regular expression over a file's path with named groups: label, subject, id, or a column"),
      labelMap: LabelMap,
    })
    .describe("Images whose names say what they show, e.g. JAFFE's KA.HA1.29.tiff"),
  z.strictObject({ format: z.literal("affectnet"), ...common, split: z.string().default("val_set") }),
  z.strictObject({
    format: z.literal("raf-db"),
    ...common,
    split: z.enum(["train", "test"]).default("test"),
    set: z.enum(["basic", "compound"]).default("basic"),
  }),
  z.strictObject({ format: z.literal("emotic"), ...common, split: z.string().default("test") }),
  z.strictObject({ format: z.literal("oasis"), ...common }),
  z.strictObject({ format: z.literal("ck-plus"), ...common }),
]);
export type DatasetSource = z.infer<typeof DatasetSource>;
