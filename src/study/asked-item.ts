import { z } from "zod";
import { PixelBox } from "../domain/geometry.ts";
import { Report } from "../domain/report.ts";
import { TokenUse } from "../domain/token-use.ts";

/** A report without its measurements, which the evidence repeats and which are a hundred times as long. */
const KeptReport = Report.extend({ faces: z.array(z.strictObject({ faceId: z.string(), box: PixelBox })) });

/** What came of one item: a report or the reason why there is none; neither where the budget broke it off, which is paid for. */
export const AskedItem = z.strictObject({
  id: z.string(),
  path: z.string(),
  question: z.string().nullable(),
  context: z.string().nullable(),
  face: z.string().nullable(),
  report: KeptReport.nullable(),
  failure: z.string().nullable(),
  tokens: TokenUse,
  /** `null` when nobody says what the tokens cost. */
  usd: z.number().nullable(),
});
export type AskedItem = z.infer<typeof AskedItem>;
