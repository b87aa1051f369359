import { type AskDependencies, identityOfParts } from "../../ask-dependencies.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import type { EvidenceItem } from "../../domain/evidence.ts";
import type { ImageView } from "../../domain/image.ts";
import type { TokenUse } from "../../domain/token-use.ts";
import { fillLedger } from "../../evidence/fill-ledger.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { askStructured } from "../../judging/ask-structured.ts";
import { fillIn, type PromptLibrary, quoted } from "../../judging/prompt-library.ts";
import { recordReplies } from "../../judging/record-replies.ts";
import { targetFace } from "../../lab/scene.ts";
import { measureImage } from "../../measuring/measure-image.ts";
import { renderView } from "../../measuring/render-view.ts";
import { type Answer, NO_READING } from "../answer.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Sample } from "../sample.ts";
import { type Call, type Solution, type Solver, type Stimulus, StimulusUnavailable, usageOf } from "../solver.ts";
import { choiceAnswer, readChoice } from "./choice-reply.ts";
import { type ConditionDependencies, providerOfModel } from "./condition-dependencies.ts";
import { type BaselineChoice, chooseByFacs, verifyByMeasurement } from "./facs-baseline.ts";

/** Not to decide is no wrong answer: it counts as abstained. */
const CANNOT_TELL = "cannot tell";

/** What a statement can be called. */
const VERIFY_OPTIONS = ["true", "false", CANNOT_TELL] as const;

const SHOWN_SIDE_PX = 1280;
const TOKENS = { text: 250, evidence: 1800, image: 1100, answer: 60 } as const;
const SYSTEM =
  "You answer questions about facial expressions for affective scientists, briefly and in the form asked for.";

/** What can be seen and read of one sample. */
interface Material {
  readonly view: ImageView | null;
  readonly evidence: readonly EvidenceItem[];
}

/** Lets a model choose among options or verify a statement; with the `rules` model, the FACS tables and measurements do. */
export function createChoiceSolver(file: EvalFile, conditions: ConditionDependencies): Solver {
  return {
    async identify(condition) {
      return { task: file.task, dependencies: identityOfParts(await conditions.partsFor(condition, 0)) };
    },
    async prompts(condition) {
      const { prompts } = await conditions.partsFor(condition, 0);
      const own = prompts.prompt(file.task === "verify" ? "eval-verify" : "eval-choose");
      const asked: readonly string[] = file.task === "verify" ? ["statement"] : ["question", "options"];
      const lacking = asked.filter((name) => !own.input.includes(name));
      if (lacking.length > 0) {
        const names = lacking.map((name) => `{{${name}}}`).join(" and ");
        throw new ConfigurationError(
          `The prompt "${condition.prompt}" does not say what is asked: put ${names} into it`,
        );
      }
      return {
        files: prompts.all(),
        variables: own.input.filter((name) => name !== "evidence" && !asked.includes(name)),
      };
    },
    estimate: async ({ evidence }) => ({
      inputTokens:
        TOKENS.text + (file.task === "verify" ? TOKENS.image + (evidence === "none" ? 0 : TOKENS.evidence) : 0),
      outputTokens: TOKENS.answer,
    }),
    provider: ({ model }) => providerOfModel(model),
    isFree: (condition) => conditions.isFree(condition),
    async solve(call, stimulus, signal) {
      const dependencies = await conditions.partsFor(call.condition, call.seed);
      const startedAt = performance.now();
      const material = await materialOf(stimulus, dependencies, signal);
      const solution =
        dependencies.model.id === "rules"
          ? byRules(call.sample, material)
          : await byModel(call, dependencies, { material, signal });
      return { ...solution, usage: { ...solution.usage, latencyMs: performance.now() - startedAt } };
    },
  };
}

async function materialOf(
  stimulus: Stimulus | null,
  dependencies: AskDependencies,
  signal?: AbortSignal,
): Promise<Material> {
  if (stimulus === null) return { view: null, evidence: [] };
  const { image, faces } = await measureImage(stimulus.path, dependencies.toolboxes, signal);
  const ledger = fillLedger({ faces, toolboxes: dependencies.toolboxes, context: null });
  const target = targetFace(faces, stimulus.region);
  const view = await renderView(image, { caption: "the whole image", maxSidePx: SHOWN_SIDE_PX }, signal);
  return { view, evidence: target === undefined ? [] : ledger.ofFace(target.faceId) };
}

function byRules(sample: Sample, { evidence }: Material): Solution {
  const chosen =
    sample.statement === null
      ? chooseByFacs(questionOf(sample).question, questionOf(sample).options)
      : verifyByMeasurement(sample.statement, evidence);
  return solutionOf(chosen, { text: JSON.stringify(chosen), tokens: { input: 0, output: 0 }, fingerprint: null });
}

async function byModel(
  { sample, variables = {} }: Call,
  dependencies: AskDependencies,
  { material, signal }: { readonly material: Material; readonly signal: AbortSignal | undefined },
): Promise<Solution> {
  const options = sample.statement === null ? questionOf(sample).options : VERIFY_OPTIONS;
  const image =
    material.view !== null && dependencies.model.capabilities.vision
      ? [{ type: "image" as const, view: material.view }]
      : [];
  const recorder = recordReplies();
  const { value, text, tokens, fingerprint } = await askStructured(
    recorder.of(dependencies.model),
    {
      system: SYSTEM,
      parts: [
        { type: "text", text: promptText(sample, dependencies.prompts, { material, options, variables }) },
        ...image,
      ],
      answer: choiceAnswer(options),
      read: (said) => readChoice(said, options),
    },
    signal,
  );
  return { ...solutionOf(value, { text, tokens, fingerprint }), detail: { replies: recorder.replies() } };
}

function questionOf({ question, options }: Sample): { readonly question: string; readonly options: readonly string[] } {
  if (question === null || options === null) {
    throw new StimulusUnavailable("The sample has neither a statement nor a question with options");
  }
  return { question, options };
}

function promptText(
  sample: Sample,
  prompts: PromptLibrary,
  {
    material,
    options,
    variables,
  }: {
    readonly material: Material;
    readonly options: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  },
): string {
  const prompt = prompts.prompt(sample.statement === null ? "eval-choose" : "eval-verify");
  const asked: Readonly<Record<string, string>> =
    sample.statement === null
      ? { question: quoted(questionOf(sample).question), options: JSON.stringify(options) }
      : { statement: quoted(sample.statement) };
  const evidence = material.evidence.length === 0 ? "none" : `\n${evidenceLines(material.evidence)}`;
  // One of the user's own may do without measurements.
  return fillIn(prompt, { ...asked, ...(prompt.input.includes("evidence") ? { evidence } : {}), ...variables });
}

function solutionOf(
  { choice, confidence, reason }: BaselineChoice,
  { text, tokens, fingerprint }: Pick<Solution, "fingerprint"> & { readonly text: string; readonly tokens: TokenUse },
): Solution {
  const isChoice = choice !== null && choice !== CANNOT_TELL;
  const answer: Answer = {
    text,
    integrated: NO_READING,
    faceOnly: NO_READING,
    contextOnly: NO_READING,
    explanation: reason ?? text,
    claimedActionUnits: [],
    measuredActionUnits: [],
    verdicts: null,
    exemplars: [],
    choice: isChoice ? choice : null,
    confidence,
    abstention: isChoice ? null : (reason ?? "It cannot tell"),
  };
  return { answer, usage: usageOf(tokens, 0), fingerprint, detail: null };
}
