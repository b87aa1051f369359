import { hasRenderingPair } from "../../lab/rendering-effects.ts";
import type { EvalFile } from "../file/eval-file.ts";

type ScorerName = EvalFile["scorers"][number];

const percent = (share: number) => `${Math.round(share * 100)} %`;
/** A number without what floating point leaves behind: .05 of 1 - .95. */
const short = (value: number) => String(Number(value.toFixed(6)));

/**
 * The procedures that do more than count, as a methods section has to name them: what was tested, by which parameters, after
 * whom. Scorers that are not here are named by their metrics.
 */
const METHODS: Readonly<Partial<Record<ScorerName, (analysis: EvalFile["analysis"]) => string | undefined>>> = {
  raters: () =>
    "Agreement of the model with each rater, and of raters with one another, is Krippendorff's alpha (Krippendorff, 2004) and ICC(2,1) (Shrout & Fleiss, 1979)",
  "rater-equivalence": ({ equivalence: { epsilon, margin }, level }) =>
    `Whether a model may stand in for a rater is decided by the alternative annotator test (Calderon, Reichart & Dror, 2025), with a lead of epsilon = ${epsilon} for raters and Benjamini and Yekutieli's (2001) correction at a false discovery rate of ${short(1 - level)}; whether it is equivalent to one by two one-sided tests (Schuirmann, 1987) at ${short(1 - level)} each, of Krippendorff's alpha with the model in a rater's place, and of numbers of the correlation with the other raters' mean, with bounds of -${margin} and +${margin}`,
  ambiguity: () =>
    "The squared (Brier) distance of answers to single raters is split into what raters disagree about, estimated without bias from pairs of raters, and the model's own part",
  "fixed-values": () =>
    "Numbers that take six or fewer distinct values over 20 or more answers are called habits, and agreement beyond a base rate is Cohen's (1960) kappa",
  "corrected-estimates": ({ corrected = {}, level }) => {
    const what = corrected.share === undefined ? `The mean ${corrected.mean}` : `The share of ${corrected.share}`;
    const by = corrected.by === undefined ? "" : ` in each group by ${corrected.by} and the difference between groups`;
    const method =
      corrected.probability === undefined
        ? "prediction-powered inference (PPI++: Angelopoulos, Duchi & Zrnic, 2023), with the weight of predictions estimated"
        : `design-based supervised learning (Egami, Hinck, Stewart & Wei, 2023), with the chance of being labelled in the column "${corrected.probability}"`;
    return `${what}${by} ${by === "" ? "is" : "are"} estimated from the model's answers and corrected by the samples that people labelled, by ${method}, with cluster-robust normal intervals of ${percent(level)}`;
  },
  fairness: ({ groupBy, level }) =>
    groupBy.length === 0
      ? undefined
      : `How often answers are right is compared between groups (${groupBy.join(", ")}) by permutation tests that deal groups out to whole subjects, or within subjects who are in several (Winkler et al., 2015); differential item functioning of each label and action unit is tested by logistic regression (Swaminathan & Rogers, 1990), with permuted p values and Nagelkerke's R squared as effect size (below .035 negligible, above .070 large: Jodoin & Gierl, 2001); p values of one column and table are Holm-corrected, at ${short(1 - level)}`,
  reproducibility: () =>
    "Of repeats, total agreement (TARr@N of texts, TARa@N of answers: Atil et al., 2024), the entropy of a sample's answers, and pass^k (Yao et al., 2024) are reported",
  rubric: () =>
    "Where people grade the same answers, the judge's agreement with them is Krippendorff's alpha and Cohen's kappa",
};

/** What the file's scorers test and estimate, one sentence each: the same in a preregistration, a methods paragraph and a checklist. */
export function scorerMethods({
  scorers,
  analysis,
  matrix,
}: Pick<EvalFile, "scorers" | "analysis" | "matrix">): readonly string[] {
  const ofScorers = scorers.flatMap((scorer) => METHODS[scorer]?.(analysis) ?? []);
  return [...ofScorers, ...armMethods(matrix.arms)].map((sentence) => `${sentence}.`);
}

/** What is made of several ways of showing the same image. */
function armMethods(arms: EvalFile["matrix"]["arms"]): readonly string[] {
  const reliance =
    "How far judgments rely on the scene is w of the mixture (1 - w) face + w scene, fitted by least squares to the judgments of both together, with the noise of single cues taken off where answers are repeated, and with Fieller's (1954) interval over subjects or images";
  const renderings =
    "Renderings of the same images in other light or with skin of another tone are compared by exchanging them within subjects at random, of labels by the largest studentized difference (Westfall & Young, 1993), with Holm's correction over all such comparisons";
  const showsCues = (["full", "face-only", "context-only"] as const).every((arm) => arms.includes(arm));
  return [...(showsCues ? [reliance] : []), ...(hasRenderingPair(arms) ? [renderings] : [])];
}
