import sharp from "sharp";
import { Report } from "../../domain/report.ts";
import type { WorstCase } from "../../pages/evaluation-view.ts";
import { topLabel } from "../answer.ts";
import type { ScoredCall } from "../results/score-cell.ts";
import type { CellResult } from "../results/summarise.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";

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
    .filter(({ score }) => score.value !== null && score.value < best)
    .sort((a, b) => (a.score.value as number) - (b.score.value as number) || confidenceOf(b) - confidenceOf(a))
    .slice(0, CASES_PER_CELL);
  return Promise.all(worst.map((call) => caseOf(call, result.cell.id, { cache, shown })));
}

function confidenceOf({ record }: ScoredCall): number {
  const top = record.answer === null ? null : topLabel(record.answer.integrated);
  return top === null ? -1 : top.probability;
}

/** The address of a sample's image; `null` where it is gone. */
type ShowSample = (path: string, sample: string) => Promise<string | null>;

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
    image: sample.image === null ? null : await shown(sample.image, sample.id),
    claims: await claimsOf(record.key, cache),
  };
}

/** A small JPEG as a data address; `null` when there is no image any more. */
export async function thumbnail(path: string): Promise<string | null> {
  const jpeg = await smallJpeg(path);
  return jpeg === null ? null : `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

export async function smallJpeg(path: string): Promise<Buffer<ArrayBuffer> | null> {
  try {
    const jpeg = await sharp(path, { limitInputPixels: 50_000_000 })
      .autoOrient()
      .resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: "inside" })
      .flatten({ background: "white" })
      .jpeg({ quality: 70 })
      .toBuffer();
    return Buffer.from(jpeg);
  } catch {
    return null;
  }
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
