import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import type { ModelOptions } from "../../src/adapters/model-provider.ts";
import { createTools } from "../../src/agent/tool-list.ts";
import { ask } from "../../src/ask.ts";
import { openDependencies } from "../../src/compose/ask.ts";
import { probe } from "../../src/compose/model-probe.ts";
import { describeFaces } from "../../src/discovery/describe-with-model.ts";
import { nameWithModel } from "../../src/discovery/name-with-model.ts";
import type { Proposal } from "../../src/domain/discovery.ts";
import { JudgmentError } from "../../src/domain/errors.ts";
import type { ModelProbe } from "../../src/domain/model-probe.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import type { Sample } from "../../src/evaluation/sample.ts";
import type { Call } from "../../src/evaluation/solver.ts";
import { createChoiceSolver } from "../../src/evaluation/solvers/choice-solver.ts";
import { jsonSchemaOf } from "../../src/judging/answer-format.ts";
import { MOST_PROBE_CALLS } from "../../src/judging/probe/probe-model.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { readBytes } from "../../src/platform/read-file.ts";
import type { ChatReply, ChatRequest, ChatTool, JudgeModel } from "../../src/ports/chat-model.ts";
import { evalFile } from "../support/answering-server.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { samplePhoto } from "../support/photos.ts";
import { partsOfClip } from "../support/smiling-clip.ts";
import { KNOWN_RECIPES, madeFace } from "../support/study-faces.ts";
import { tempFolder, temporaryFolder } from "../support/temp-folder.ts";

/** A request, and what came of it. */
interface Exchange {
  readonly request: ChatRequest;
  readonly reply: ChatReply | null;
  readonly error: unknown;
}

/** What an engine was started with. */
interface Engine {
  readonly tools: boolean;
  readonly vision: boolean;
  /** Whether its grammar leads the tiny model to a call that nothing forces; elsewhere the agent's tools are only sent. */
  readonly calls: boolean;
}

const prompts = await loadPromptLibrary(ownPath("prompts"));

/** Our tools as a model is told of them. */
export function chatTools(): ChatTool[] {
  return createTools(prompts).map(({ name, description, schema }) => {
    return { name, description, parameters: jsonSchemaOf(schema) };
  });
}

/**
 * Sends every kind of request that Kuleshov sends, and looks at each: it is taken as it is, none of it is turned down, and
 * it holds what it should. A tiny model judges nothing rightly, so that an unusable answer is none of the engine's faults.
 */
export function takesEveryRequest(open: () => Promise<JudgeModel>, engine: Engine): void {
  it.each(kindsOf(engine))("takes %s", async (_kind, send, holds) => {
    const model = await open();
    const before = { ...model.capabilities };
    const { watched, exchanges } = watch(model);
    await send(watched).catch((error: unknown) => {
      if (!(error instanceof JudgmentError)) throw error;
    });
    expect(exchanges.flatMap(({ error }) => (error === null ? [] : [String(error)]))).toEqual([]);
    expect([model.capabilities, model.temperature, model.seed]).toEqual([before, 0, 1]);
    expect(exchanges.filter(({ reply }) => (reply?.tokens.input ?? 0) > 0)).toHaveLength(exchanges.length);
    expect(exchanges.some(({ request, reply }) => holds(request, reply))).toBe(true);
  });
}

type Kind = readonly [
  name: string,
  send: (model: JudgeModel) => Promise<unknown>,
  /** Of one of its requests at least, and what was answered. */
  holds: (request: ChatRequest, reply: ChatReply | null) => boolean,
];

/** Of the second sample, when the first has 1. */
const SECOND_SEED = 1_000_004;

function kindsOf({ tools, vision, calls }: Engine): readonly Kind[] {
  const seen = (request: ChatRequest) => !vision || imagesIn(request) > 0;
  const image = gradientImage(200, 100);
  const agent: Kind = [
    "an ask by the agent",
    async (model) => ask({ image }, await partsFor(model, { mode: "agent", limits: { modelCalls: 4, toolCalls: 4 } })),
    (request, reply) => (request.tools?.length ?? 0) > 5 && seen(request) && (!calls || (reply?.calls.length ?? 0) > 0),
  ];
  const clip: Kind = [
    "an ask about a clip by the agent, with frames of it and what is said",
    async (model) => {
      const said = [{ text: "I'm fine.", speaker: "F1", time: { fromS: 2, toS: 3 } }];
      const { clips, ...parts } = await partsOfClip(model);
      const few = { ...parts, ...(clips && { clips: { ...clips, budget: 2 } }), readTranscript: async () => said };
      const limits = { modelCalls: 2, toolCalls: 4 };
      return ask({ image: "clip.mp4", transcript: "clip.vtt" }, { ...few, mode: "agent", limits });
    },
    (request, reply) =>
      ["moment", "search_transcript"].every((name) => request.tools?.some((tool) => tool.name === name)) &&
      (!vision || imagesIn(request) > 1) &&
      (!calls || (reply?.calls.length ?? 0) > 0),
  ];
  return [
    ...(tools ? [agent, clip] : []),
    [
      "an ask in a single pass",
      async (model) => ask({ image }, await partsFor(model, { mode: "single-pass" })),
      (request) => request.answer?.name === "judgment" && seen(request),
    ],
    [
      "samples, each with a seed of its own",
      async (model) => ask({ image }, await partsFor(model, { mode: "single-pass", samples: 2 })),
      (request) => request.seed === SECOND_SEED,
    ],
    [
      "an ask with shots",
      askWithShots,
      (request) => /AU\d+/.test(wordsIn(request)) && /exemplar/i.test(wordsIn(request)),
    ],
    ["a choice among options", choose, ({ answer }) => answer?.name === "choice"],
    ["a statement to verify", verify, (request) => request.answer?.name === "choice" && seen(request)],
    ["a face to describe", describeOne, (request) => request.answer === undefined && seen(request)],
    ["a category to name", nameOne, ({ answer }) => answer?.name === "category"],
  ];
}

function watch(model: JudgeModel): { readonly watched: JudgeModel; readonly exchanges: readonly Exchange[] } {
  const exchanges: Exchange[] = [];
  const reply: JudgeModel["reply"] = async (request, signal) => {
    try {
      const said = await model.reply(request, signal);
      exchanges.push({ request, reply: said, error: null });
      return said;
    } catch (error) {
      exchanges.push({ request, reply: null, error });
      throw error;
    }
  };
  const watched = Object.create(model, { reply: { value: reply } }) as JudgeModel;
  return { watched, exchanges };
}

function imagesIn({ messages }: ChatRequest): number {
  return messages
    .flatMap((message) => (message.role === "user" ? message.parts : []))
    .filter(({ type }) => type === "image").length;
}

function wordsIn({ messages }: ChatRequest): string {
  return messages
    .flatMap((message) =>
      message.role === "user" ? message.parts.map((part) => (part.type === "text" ? part.text : "")) : [message.text],
    )
    .join("\n");
}

const store = join(await temporaryFolder(), "exemplars");
let shots: ReturnType<typeof openDependencies> | undefined;
afterAll(async () => (await shots)?.close());

async function askWithShots(model: JudgeModel): Promise<unknown> {
  shots ??= openDependencies({
    model: "rules",
    toolboxes: ["mesh"],
    workers: 1,
    shots: { store, shots: 2, packs: ["smiles"], seed: 7 },
  });
  const { dependencies } = await shots;
  return ask({ image: samplePhoto(1), face: "F1" }, { ...dependencies, model, mode: "single-pass" });
}

const choose = (model: JudgeModel) =>
  solve(
    "choose",
    model,
    sampleOf({ id: "q", question: "Which one pulls the lip corners up?", options: ["AU12", "AU15"] }),
  );
const verify = (model: JudgeModel) =>
  solve("verify", model, sampleOf({ id: "c", image: samplePhoto(1), statement: "The lip corners are raised." }));

async function solve(task: "choose" | "verify", model: JudgeModel, sample: Sample): Promise<unknown> {
  const parts = await partsFor(model);
  const own = { partsFor: async () => parts, exemplarsOf: () => null, isFree: () => true, close: async () => {} };
  const condition: Call["condition"] = {
    prompt: "judge",
    model: model.id,
    shots: 0,
    evidence: ["mesh"],
    arm: "full",
    variant: "as chosen",
  };
  const stimulus = sample.image === null ? null : { path: sample.image, region: null, context: sample.context };
  return createChoiceSolver(evalFile({ task, scorers: ["choice"] }), own).solve(
    { id: "x", condition, sample, seed: 1, repeat: 1 },
    stimulus,
  );
}

const [recipe] = KNOWN_RECIPES as readonly [(typeof KNOWN_RECIPES)[number]];
const FACE = madeFace("one", recipe, createRandom(1));

async function describeOne(model: JudgeModel): Promise<unknown> {
  const portrait = await readBytes(samplePhoto(1));
  return describeFaces([FACE], { model, prompts, concurrency: 1, cut: async () => new Map([[FACE.id, portrait]]) });
}

/** Only what a model is told of a proposal. */
const PROPOSAL = {
  ...{
    id: "P1",
    status: "survived",
    size: 12,
    contrast: "It shows AU14 more.",
    medoid: FACE.id,
    members: [],
    counter: [],
  },
  signature: [{ dimension: "AU14", mean: 0.8, elsewhere: 0.1, effect: 2.5, low: 2, high: 3, nearestKnown: null }],
} as unknown as Proposal;
const nameOne = (model: JudgeModel) => nameWithModel([PROPOSAL], [FACE], { model, prompts });

/** A probe as `models probe` makes it: in eight requests at the most, and nothing of an earlier one is taken. */
export async function probed(spec: string, options: ModelOptions): Promise<ModelProbe> {
  vi.stubEnv("KULESHOV_CACHE", await tempFolder());
  try {
    const { probe: seen } = await probe(spec, { ...options, maxTokens: 60 });
    expect(seen.calls).toBeLessThanOrEqual(MOST_PROBE_CALLS);
    return seen;
  } finally {
    vi.unstubAllEnvs();
  }
}
