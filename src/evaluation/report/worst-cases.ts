import sharp from "sharp";
import type { PixelBox } from "../../domain/geometry.ts";
import { Report } from "../../domain/report.ts";
import type { WorstCase } from "../../pages/evaluation-view.ts";
import { topLabel } from "../answer.ts";
import type { ScoredCall } from "../results/score-cell.ts";
import type { CellResult } from "../results/summarise.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";
import type { Sample } from "../sample.ts";

const CASES_PER_CELL = 6;
const CLAIMS_SHOWN = 6;
const THUMBNAIL_PX = 300;

/** Scorers whose low values are bad, in the order in which they decide what is worst. */
const RANKED_BY = ["accuracy", "choice", "ranking", "label-sets", "open-vocabulary", "rege", "faithfulness"];

/** The answers of one cell with the lowest scores, most confident first where scores tie. */
export async function worstCases(result: CellResult, cache: AnswerCache, shown: ShowSample): Promise<WorstCase[]> {
  const ranked = RANKED_BY.map((name) => result.scorers.find(({ scorer }) => scorer === name)).find(
    (scorer) => scorer?.calls.some(({ score }) => score.value !== null) === true,
  );
  if (ranked === undefined) return [];
  const best = ranked.calls.reduce((most, { score }) => (score.value === null ? most : Math.max(most, score.value)), 0);
  const worst = ranked.calls
    .flatMap((call) => {
      const { value } = call.score;
      return value === null || value >= best ? [] : [{ call, value, confidence: confidenceOf(call) }];
    })
    .sort((a, b) => a.value - b.value || b.confidence - a.confidence)
    .slice(0, CASES_PER_CELL);
  return Promise.all(worst.map(({ call }) => caseOf(call, result.cell.id, { cache, shown })));
}

function confidenceOf({ record }: ScoredCall): number {
  const top = record.answer === null ? null : topLabel(record.answer.integrated);
  return top === null ? -1 : top.probability;
}

/** The address of a sample's image, of the person who was asked about where that is said; `null` where it is gone. */
export type ShowSample = (path: string, sample: Pick<Sample, "id" | "region">) => Promise<string | null>;

async function caseOf(
  { record, sample, score }: ScoredCall,
  cell: string,
  { cache, shown }: { readonly cache: AnswerCache; readonly shown: ShowSample },
): Promise<WorstCase> {
  const { truth } = sample;
  const known = truth.label ?? truth.choice ?? truth.labels?.join(", ");
  const answer = record.answer;
  const top = answer === null ? null : topLabel(answer.integrated);
  return {
    cell,
    sample: sample.id,
    truth: known ?? "not given",
    answer:
      answer?.choice ?? (top === null ? score.explanation : `${top.label} (${Math.round(top.probability * 100)} %)`),
    explanation: sample.statement ?? sample.question ?? answer?.explanation ?? score.explanation,
    image: sample.image === null ? null : await shown(sample.image, sample),
    claims: await claimsOf(record.key, cache),
  };
}

/** A small JPEG as a data address; `null` when there is no image any more. */
export async function thumbnail(path: string, of: { readonly region?: PixelBox | null } = {}): Promise<string | null> {
  const jpeg = await smallJpeg(path, of);
  return jpeg === null ? null : `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

/** @param region a person in source pixels, who is shown with a little of what is around them; all of the image without. */
export async function smallJpeg(
  path: string,
  { region = null }: { readonly region?: PixelBox | null } = {},
): Promise<Buffer<ArrayBuffer> | null> {
  try {
    const upright = sharp(path, { limitInputPixels: 50_000_000 }).autoOrient();
    const { autoOrient: size } = await upright.metadata();
    const jpeg = await (region === null ? upright : upright.extract(aroundBox(region, size)))
      .resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: "inside" })
      .flatten({ background: "white" })
      .jpeg({ quality: 70 })
      .toBuffer();
    return Buffer.from(jpeg);
  } catch {
    return null;
  }
}

/** Head and shoulders around a face: its box three times as wide and high, as far as the image goes. */
function aroundBox({ leftPx, topPx, widthPx, heightPx }: PixelBox, image: { width: number; height: number }) {
  const side = 3 * Math.max(widthPx, heightPx);
  const within = (value: number, most: number) => Math.round(Math.min(most, Math.max(0, value)));
  const left = within(leftPx + widthPx / 2 - side / 2, image.width - 1);
  const top = within(topPx + heightPx / 2 - side / 2, image.height - 1);
  return {
    ...{ left, top },
    width: Math.max(1, within(leftPx + widthPx / 2 + side / 2, image.width) - left),
    height: Math.max(1, within(topPx + heightPx / 2 + side / 2, image.height) - top),
  };
}

async function claimsOf(key: string, cache: AnswerCache): Promise<WorstCase["claims"]> {
  const report = Report.safeParse((await cache.get(key))?.detail);
  if (!report.success) return null;
  const { grounding, evidence } = report.data;
  return grounding.claims.slice(0, CLAIMS_SHOWN).map(({ statement, verdict, evidenceIds }) => ({
    statement,
    verdict,
    evidence: evidence
      .filter(({ id }) => evidenceIds.includes(id))
      .map(({ id, statement: fact }) => `${id}: ${fact}`)
      .join("; "),
  }));
}
