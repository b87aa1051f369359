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
  limit: z.int().positive().optional().describe("Seeded random subset of this size"),
  seed: z.int().default(1).describe("Of the subset"),
  badRows: z.enum(["stop", "skip"]).default("stop").describe("Rows that cannot be used: stop, or skip and count them"),
};

/** Which column holds what. Numbers are on the scale that `scales` gives. */
const Columns = z.strictObject({
  id: z.string().optional(),
  image: z.string().optional(),
  label: z.string().optional(),
  labels: z.string().optional().describe("Several labels in one cell, separated by labelSeparator"),
  valence: z.string().optional(),
  arousal: z.string().optional(),
  dominance: z.string().optional(),
  explanation: z.string().optional(),
  subject: z.string().optional(),
  question: z.string().optional(),
  context: z.string().optional(),
  statement: z.string().optional(),
  options: z.string().optional().describe("Options in one cell, separated by labelSeparator"),
  choice: z.string().optional(),
  pair: z.string().optional(),
  region: z.string().optional().describe("left top width height in pixels, separated by spaces"),
  raters: z.array(z.string()).min(1).optional().describe("One column per human rater"),
  actionUnits: z.record(ActionUnitName, z.string()).optional().describe("Column of each coded action unit"),
});
export type Columns = z.infer<typeof Columns>;

const tableFields = {
  ...common,
  images: z.string().optional().describe("Folder that image cells are relative to; the list's own when left out"),
  columns: Columns,
  labelSeparator: z.string().min(1).default("|"),
  scales: z
    .strictObject({ valence: ScaleEnds.optional(), arousal: ScaleEnds.optional(), dominance: ScaleEnds.optional() })
    .default({}),
  actionUnitScale: z.enum(["intensity-0-5", "binary"]).default("intensity-0-5"),
};

/** Where samples come from. The named layouts are those in which the databases are handed out. */
export const DatasetSource = z.discriminatedUnion("format", [
  z.strictObject({ format: z.literal("csv"), ...tableFields }),
  z.strictObject({ format: z.literal("jsonl"), ...tableFields }),
  z.strictObject({ format: z.literal("folder"), ...common }).describe("One folder per label"),
  z.strictObject({ format: z.literal("affectnet"), ...common, split: z.string().default("val_set") }),
  z.strictObject({ format: z.literal("raf-db"), ...common, split: z.enum(["train", "test"]).default("test") }),
  z.strictObject({ format: z.literal("emotic"), ...common, split: z.string().default("test") }),
  z.strictObject({ format: z.literal("oasis"), ...common }),
  z.strictObject({ format: z.literal("ck-plus"), ...common }),
]);
export type DatasetSource = z.infer<typeof DatasetSource>;
