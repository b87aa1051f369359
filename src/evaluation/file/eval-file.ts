import { z } from "zod";
import { Price } from "../../domain/price.ts";
import { SHOT_MODES, SHOWN_EXAMPLES } from "../../exemplars/shot-modes.ts";
import { SCORER_NAMES } from "../scorers/registry.ts";
import { Analysis } from "./analysis.ts";
import { ARM_NAMES } from "./arm-names.ts";
import { Assertion } from "./assertion.ts";
import { DatasetSource } from "./dataset-source.ts";
import { Rubric } from "./rubric.ts";

export const ArmName = z.enum(ARM_NAMES);
export type ArmName = z.infer<typeof ArmName>;

const nonEmpty = <T extends z.ZodType>(item: T) => z.array(item).min(1);

/** Toolboxes whose measurements are shown to the model, or `none`. */
export const EvidenceChoice = z.union([z.literal("none"), nonEmpty(z.string().min(1))]);
export type EvidenceChoice = z.infer<typeof EvidenceChoice>;

const Matrix = z.strictObject({
  prompts: nonEmpty(z.string().min(1)).default(["judge"]).describe("Prompt ids, or paths of .prompt.md files"),
  models: nonEmpty(z.string().min(1))
    .default(["rules"])
    .describe("As on the command line: rules, ollama:llava, ..., or a name of models; a panel with commas between"),
  shots: nonEmpty(z.int().min(0).max(64)).default([0]).describe("Exemplars shown before the query"),
  examples: nonEmpty(z.enum(SHOWN_EXAMPLES))
    .optional()
    .describe(
      "Ways of showing examples beside one another, each with every number of shots; fewShot.mode when left out",
    ),
  evidence: nonEmpty(EvidenceChoice)
    .default([["mesh"]])
    .describe("Toolboxes whose measurements the model gets: none, or a list"),
  arms: nonEmpty(ArmName).default(["full"]).describe("Ways of showing the image"),
  seeds: nonEmpty(z.int()).default([1]),
  repeats: z.int().min(1).max(1000).default(1),
});

function hasNoPassword(address: string): boolean {
  return !URL.canParse(address) || new URL(address).username + new URL(address).password === "";
}

/** A model with settings of its own. */
const ModelEntry = z
  .strictObject({
    model: z.string().min(1).describe("As on the command line, e.g. openai:qwen2.5-vl"),
    baseUrl: z
      .url()
      .refine(
        hasNoPassword,
        "takes no user and password, as the file is kept with the run: name the key by keyVariable",
      )
      .optional()
      .describe("Address of its server"),
    keyVariable: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "takes the name of an environment variable")
      .optional()
      .describe("Environment variable with the key of its server; with baseUrl and without it, none is sent"),
    temperature: z.number().min(0).max(2).optional(),
    seed: z.int().optional().describe("Sent to its server instead of the matrix's seeds"),
    maxTokens: z.int().positive().optional().describe("Most tokens of one answer"),
    reasoningEffort: z.enum(["minimal", "low", "medium", "high"]).optional(),
    timeoutSeconds: z.number().positive().optional().describe("Longest wait for one answer"),
    price: Price.optional().describe("USD per million tokens"),
  })
  .refine(
    ({ model, reasoningEffort }) => reasoningEffort === undefined || /^(openai|ollama|azure):/.test(model),
    "reasoningEffort is taken by openai:, ollama: and azure: models",
  );

const Budget = z.strictObject({
  usd: z.number().positive().optional(),
  calls: z.int().positive().optional(),
  tokens: z.int().positive().optional(),
  minutes: z.number().positive().optional(),
});

const ProviderLimit = z.strictObject({
  concurrency: z.int().min(1).max(512).optional(),
  requestsPerMinute: z.int().min(1).optional(),
});

const Execution = z.strictObject({
  concurrency: z.int().min(1).max(512).default(4).describe("Calls under way at once, per provider"),
  providers: z.record(z.string(), ProviderLimit).default({}).describe("Limits of one provider, e.g. openai, ollama"),
  attempts: z.int().min(1).max(20).default(4).describe("Tries of one request to a model, the first included"),
  timeoutSeconds: z.number().positive().default(300),
  stopAfterFailures: z.int().min(1).default(10).describe("Failures in a row after which a provider counts as dead"),
});

const FewShot = z.strictObject({
  store: z.string().min(1).optional().describe("Exemplar store; the default one when left out"),
  packs: nonEmpty(z.string().min(1)).optional().describe("Packs of the store, pack files, or starter packs"),
  taxonomy: z.string().min(1).optional(),
  distilled: z
    .string()
    .min(1)
    .optional()
    .describe("Definitions that mode descriptions tells, as `exemplars distil` writes them; path as for datasets"),
  mode: z
    .enum(SHOT_MODES)
    .default("images")
    .describe("Exemplars as images, as descriptions of what they have in common, both, or a taxonomy's definitions"),
  audit: z
    .strictObject({
      orders: z.int().min(0).max(32).default(0).describe("Latin-square orders of the exemplars to try"),
      leaveOneOut: z.boolean().default(false).describe("Ask again without each exemplar in turn"),
    })
    .optional(),
});

const Stimuli = z.strictObject({
  hide: z.enum(["faces", "people"]).default("faces").describe("What the context-only arm hides"),
  mask: z
    .enum(["fill", "gray", "blur", "pixels"])
    .default("gray")
    .describe("How it is hidden: covered by gray, blur or a mosaic, or filled in from around it"),
  neutral: z.string().min(1).optional().describe("Image of a neutral face for the neutral arms; path as for datasets"),
  seed: z.int().default(1).describe("Of partners in the swapped arms and of filled texture"),
});

const StopWhen = z.strictObject({
  scorer: z.enum(["accuracy", "choice", "label-sets"]).describe("Whose mean is to be known; one of scorers"),
  halfWidth: z.number().positive().max(0.5).describe("Half the width of its interval under every condition"),
  atLeast: z.int().min(20).default(30).describe("Subjects or images to ask about in any case"),
});

/** What became of calls, whatever is scored. */
export const RATE_NAMES = ["failure_rate", "refusal_rate", "abstention_rate"] as const;

const Threshold = z
  .strictObject({
    metric: z
      .string()
      .min(1)
      .describe(
        "As the report names it, e.g. accuracy or macro_f1; also failure_rate, refusal_rate and abstention_rate",
      ),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    mayLose: z.number().min(0).optional().describe("By how much it may be worse than in the baseline run"),
  })
  .refine(
    ({ atLeast, atMost, mayLose }) => [atLeast, atMost, mayLose].some((limit) => limit !== undefined),
    "needs atLeast, atMost or mayLose",
  )
  .refine(
    ({ metric, mayLose }) => mayLose === undefined || !RATE_NAMES.some((rate) => rate === metric),
    "takes atMost for a rate of calls: mayLose is of what scorers measure",
  );

/** One evaluation, as written in `evals/<name>.eval.yaml`. */
export const EvalFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "a name is lower-case letters, digits and hyphens"),
  description: z.string().optional(),
  task: z
    .enum(["judge", "choose", "verify", "measured"])
    .default("judge")
    .describe(
      "judge an image, choose one of given options, verify a statement about an image, or hold what a study's toolboxes measured against the truth, without images and without a model",
    ),
  question: z.string().min(1).optional().describe("Asked of every sample that brings no question of its own"),
  dataset: DatasetSource,
  mirrored: z
    .boolean()
    .default(false)
    .describe("The images are mirrored, as selfies are: sides are the subject's again"),
  matrix: Matrix.prefault({}),
  models: z
    .record(z.string().regex(/^[^|,:]+$/, "a name without | , or :"), ModelEntry)
    .default({})
    .describe("Models with settings of their own, by the names that matrix.models and judge.model may use"),
  scorers: nonEmpty(z.enum(SCORER_NAMES)),
  assertions: z.array(Assertion).default([]).describe("What every answer is to be; scored as assertions_held"),
  rubric: Rubric.default([]).describe("What a judge model grades every answer by, for the scorer rubric"),
  judge: z
    .strictObject({
      model: z.string().min(1),
      version: z
        .string()
        .regex(/^\S+$/, "is one word, as the server says it")
        .optional()
        .describe("What its server is to say it ran, e.g. gpt-4.1-2025-04-14; the grades of another are not taken"),
      grades: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Table of grades that people gave to the same answers, as `eval export` prepares it; path as for datasets",
        ),
    })
    .optional()
    .describe("Model that scores `emer` and `rubric`"),
  variables: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, "a variable is letters and digits"), z.string())
    .default({})
    .describe(
      "What {{variables}} of prompts of your own stand for; those that are not here are columns of the data set",
    ),
  stimuli: Stimuli.prefault({}),
  fewShot: FewShot.optional(),
  budget: Budget.default({}),
  execution: Execution.prefault({}),
  prices: z
    .record(z.string(), Price)
    .default({})
    .describe("USD per million tokens, by model id; of models that are not named here as models/prices.json has them"),
  analysis: Analysis.prefault({}),
  stopWhen: StopWhen.optional().describe(
    "Asks in random order, and no more once a mean is known well enough (Chow and Robbins 1965)",
  ),
  baseline: z
    .string()
    .min(1)
    .optional()
    .describe("Folder of the run that thresholds with mayLose are held against; path as for datasets"),
  thresholds: z.array(Threshold).default([]).describe("What a metric must reach under every condition"),
});
export type EvalFile = z.infer<typeof EvalFile>;

/** Whether videos of its data set are judged as clips, and not one frame of each. */
export function takesClips({ dataset }: Pick<EvalFile, "dataset">): boolean {
  return "videos" in dataset && dataset.videos === "clips";
}
