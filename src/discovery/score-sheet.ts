import { basename, extname } from "node:path";
import type { Proposal } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { groupBy } from "../domain/group-by.ts";
import { type Estimate, estimate } from "../domain/statistics/estimate.ts";
import { krippendorffStatistic } from "../domain/statistics/krippendorff-alpha.ts";
import { mean } from "../domain/statistics/summary.ts";
import { canonicalJson } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import { numberInCell, readTable } from "../platform/tables/table-rows.ts";
import type { CheckKey } from "./rating-sheet.ts";

/** The columns of a sheet, of which a rater fills in `rating`. The last tells which check it belongs to. */
export const SHEET_COLUMNS = ["item", "image", "compare_with", "rater", "rating", "check"] as const;
const RATINGS = { lowest: 1, highest: 5 };

/** Krippendorff's own advice: below .667 no conclusions. */
const AGREEMENT_FROM = 0.667;
/** Share of pairs of a member and another face in which the member is rated higher. 0.5 is chance. */
const TOLD_APART_ABOVE = 0.6;

/** One rating that somebody gave. */
export interface SheetRating {
  readonly item: string;
  readonly rater: string;
  readonly rating: number;
  /** The check that it was given in, where its sheet says so. */
  readonly check?: string;
}

/** Tells a check from one that another discovery in the same folder drew: items are numbered alike in all. */
export function checkId(key: CheckKey): string {
  return sha256(canonicalJson(key)).slice(0, 12);
}

/** What raters made of one proposal. */
export interface ProposalScore {
  readonly proposal: string;
  readonly raters: number;
  /** Krippendorff's alpha, ordinal, over the items. */
  readonly agreement: Estimate;
  /** Share of pairs of a member and another face that raters order rightly, ties half. */
  readonly toldApart: Estimate;
  readonly verdict: "confirmed" | "rejected" | "undecided";
  readonly explanation: string;
}

/**
 * Reads filled-in sheets: one file per rater, or several raters in one file told apart by `rater`. An empty rating is
 * one that was not given.
 * @throws {ConfigurationError} naming file and line, if it is not such a sheet or a rating is not 1 to the highest, 5 in a check.
 */
export async function readSheet(path: string, highest = RATINGS.highest): Promise<SheetRating[]> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read rating sheet as ${reason}: \`${path}\``, options);
  const ratings: SheetRating[] = [];
  for (const { cells, line } of await readTable(path, { refuse })) {
    const { item, rating, check = "" } = cells;
    if (item === undefined || rating === undefined) {
      throw refuse(`it has no column ${item === undefined ? "item" : "rating"}`);
    }
    const value = numberInCell(rating);
    if (Number.isNaN(value)) continue;
    if (value === undefined || !Number.isInteger(value) || value < RATINGS.lowest || value > highest) {
      throw refuse(`the rating in line ${line} is "${rating}", not 1 to ${highest}`);
    }
    const rater = cells.rater || basename(path, extname(path));
    ratings.push({ item, rater, rating: value, ...(check === "" ? {} : { check }) });
  }
  return ratings;
}

/**
 * Scores every proposal of a check. Confirmed: at least two raters who agree (alpha's lower bound aside, its value from
 * .667) and who rate members above other faces (lower bound above .6). Rejected: they agree and do not. Undecided
 * otherwise.
 * @throws {ConfigurationError} if a sheet belongs to another check, or one rater rated an item twice.
 */
export function scoreSheet(ratings: readonly SheetRating[], key: CheckKey): ProposalScore[] {
  const known = new Map(key.items.map((item) => [item.item, item]));
  const seen = new Set<string>();
  for (const { item, rater, check = checkId(key) } of ratings) {
    if (!known.has(item))
      throw new ConfigurationError(`The check has no item "${item}": the sheet belongs to another one`);
    if (check !== checkId(key)) {
      throw new ConfigurationError(`The sheet of "${rater}" belongs to an earlier check: its items are other faces`);
    }
    const place = JSON.stringify([item, rater]);
    if (seen.has(place)) throw new ConfigurationError(`Rater "${rater}" rated item "${item}" twice`);
    seen.add(place);
  }
  const raters = [...new Set(ratings.map(({ rater }) => rater))].sort();
  const given = new Map(ratings.map(({ item, rater, rating }) => [JSON.stringify([item, rater]), rating]));
  return [...groupBy(key.items, ({ proposal }) => proposal)].map(([proposal, items]) => {
    const table = items.map(({ item }) => raters.map((rater) => given.get(JSON.stringify([item, rater])) ?? null));
    const rated = items.flatMap(({ truth, item }, index) => {
      const average = mean((table[index] as (number | null)[]).filter((rating) => rating !== null));
      return average === null ? [] : [{ item, member: truth === "member", average }];
    });
    const unscored = items.length - rated.length;
    const agreement = estimate(krippendorffStatistic(table, "ordinal"), table.length, {
      seed: key.seed,
      unscored,
      resamples: 2000,
    });
    const toldApart = estimate(orderedRightly(rated), rated.length, { seed: key.seed, unscored, resamples: 2000 });
    return { proposal, raters: raters.length, agreement, toldApart, ...verdictOf(raters.length, agreement, toldApart) };
  });
}

/** The area under the ROC curve of mean ratings, as a statistic of the items. */
function orderedRightly(rated: readonly { readonly member: boolean; readonly average: number }[]) {
  return (weights: Float64Array): number | null => {
    let [right, pairs] = [0, 0];
    rated.forEach((member, i) => {
      if (!member.member) return;
      rated.forEach((other, j) => {
        if (other.member) return;
        const weight = (weights[i] as number) * (weights[j] as number);
        pairs += weight;
        if (member.average > other.average) right += weight;
        else if (member.average === other.average) right += weight / 2;
      });
    });
    return pairs === 0 ? null : right / pairs;
  };
}

function verdictOf(
  raters: number,
  agreement: Estimate,
  toldApart: Estimate,
): Pick<ProposalScore, "verdict" | "explanation"> {
  if (raters < 2)
    return { verdict: "undecided", explanation: "One rater cannot confirm a category; at least two are needed." };
  if (agreement.value === null || toldApart.low === null) {
    return { verdict: "undecided", explanation: "Too few items were rated by two people, or all were rated the same." };
  }
  const alpha = agreement.value.toFixed(2);
  if (agreement.value < AGREEMENT_FROM) {
    return {
      verdict: "undecided",
      explanation: `Raters do not agree enough to conclude anything (alpha ${alpha}, at least .667 is asked for).`,
    };
  }
  const share = `${Math.round((toldApart.value as number) * 100)} % of pairs ordered rightly, at least ${Math.round(toldApart.low * 100)} %`;
  return toldApart.low > TOLD_APART_ABOVE
    ? {
        verdict: "confirmed",
        explanation: `${raters} raters agree (alpha ${alpha}) and tell its faces from others (${share}).`,
      }
    : {
        verdict: "rejected",
        explanation: `${raters} raters agree (alpha ${alpha}) but do not tell its faces from others (${share}).`,
      };
}

/** The proposal with what raters made of it. */
export function withScore(proposal: Proposal, score: ProposalScore | undefined): Proposal {
  if (score === undefined || score.verdict === "undecided") return proposal;
  return { ...proposal, status: score.verdict, verdict: score.explanation };
}
