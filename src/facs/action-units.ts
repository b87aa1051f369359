import { z } from "zod";
import { ActionUnitName } from "../domain/measurement.ts";
import { knowledgeFile } from "./knowledge-file.ts";

/** What an action unit is and what it looks like. */
export const ActionUnitEntry = z.strictObject({
  au: ActionUnitName,
  /** As the Facial Action Coding System calls it, e.g. `lip corner puller`. */
  name: z.string().min(1),
  region: z.enum(["upper face", "lower face", "eyes", "head", "neck"]),
  muscles: z.array(z.string()),
  /** What changes in the face, in one or two sentences. */
  appearance: z.string().min(1),
  /** A clause for sentences, e.g. `the cheeks are raised`; `null` where none is needed. */
  shown: z.string().min(1).nullable(),
  /** Whether it can be shown on one side only. */
  sides: z.boolean(),
  /** What it is mistaken for, and how to tell. */
  lookalikes: z.array(z.strictObject({ au: ActionUnitName, tellApart: z.string().min(1) })),
});
export type ActionUnitEntry = z.infer<typeof ActionUnitEntry>;

const Catalogue = z.strictObject({ about: z.string(), actionUnits: z.array(ActionUnitEntry).min(1) });

const catalogue = knowledgeFile(["facs", "action-units.json"], Catalogue);

/** Every action unit in the catalogue (`models/facs/action-units.json`), by number. */
export function actionUnits(): readonly ActionUnitEntry[] {
  return catalogue().actionUnits;
}

/** `undefined` for a number that FACS does not use or that the catalogue leaves out. */
export function actionUnit(au: string): ActionUnitEntry | undefined {
  return catalogue().actionUnits.find((entry) => entry.au === au);
}

/** `"AU12 (lip corner puller)"`, or the bare code when the catalogue does not have it. */
export function nameWithCode(au: string): string {
  const entry = actionUnit(au);
  return entry === undefined ? au : `${au} (${entry.name})`;
}
