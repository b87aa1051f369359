import { z } from "zod";
import type { Taxonomy } from "../../domain/category.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import type { ImageView } from "../../domain/image.ts";
import type { Judgment, SubjectJudgment } from "../../domain/judgment.ts";
import { NO_TOKENS } from "../../domain/token-use.ts";
import { sha256 } from "../../platform/hash.ts";
import type { ChatMessage, ChatReply, ChatRequest, JudgeModel, ToolCall } from "../../ports/chat-model.ts";
import { type ClipPair, openClipPair } from "./clip-pair.ts";
import { type LabelText, labelTexts } from "./label-texts.ts";
import { abstaining, readView } from "./read-view.ts";

/**
 * The zero-shot baseline of the field: how like the pixels of each reading are to what each label means. It looks at the face
 * alone, at the image without faces and at the whole, by the same tools as other models, and reads nothing else: no
 * measurement, no question, no word about the situation.
 *
 * @param taxonomy that labels are taken from, with what they mean.
 * @throws {ModelFileError} if the pair is unknown or was not pulled.
 */
export async function createClipJudge(name: string, taxonomy?: Taxonomy): Promise<JudgeModel> {
  const pair = await openClipPair(name);
  const { label, defined, scale } = pair.text;
  return {
    id: `clip:${name}`,
    capabilities: {
      tools: true,
      vision: true,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "as-tool",
      contextTokens: null,
    },
    remote: false,
    temperature: null,
    seed: null,
    identity: { networks: pair.fingerprint, label, defined, scale, ...(taxonomy && { taxonomy: hashOf(taxonomy) }) },
    async reply(request, signal) {
      signal?.throwIfAborted();
      return answerTo(request, { pair, taxonomy }, signal);
    },
  };
}

/** Who changes a definition is given other answers. */
function hashOf({ categories }: Taxonomy): string {
  return sha256(JSON.stringify(categories.map(({ name, definition }) => [name, definition])));
}

const Found = z.looseObject({
  faces: z.array(z.looseObject({ faceId: z.string() })),
  labels: z.array(z.string()).nullable(),
});

/** Three looks at each face of a larger crowd are more calls than a conversation has. */
const MOST_FACES = 15;

/** @throws {ConfigurationError} if it is asked without tools, as a clip is. */
async function answerTo(
  request: ChatRequest,
  { pair, taxonomy }: { readonly pair: ClipPair; readonly taxonomy: Taxonomy | undefined },
  signal?: AbortSignal,
): Promise<ChatReply> {
  const { messages, tools = [] } = request;
  const has = (name: string) => tools.some((tool) => tool.name === name);
  const answerTool = tools.find(({ parameters: { properties } }) => Object.hasOwn(Object(properties), "subjects"));
  if (answerTool === undefined || !has("view_without_faces")) {
    throw new ConfigurationError(
      "A CLIP model looks at images by tools: it judges no clip, and not in a single pass; leave --mode out, or take a frame",
    );
  }
  const results = resultsIn(messages);
  const call = (name: string, args: Readonly<Record<string, unknown>> = {}) => ({ name, args });
  const wanted = [call("find_faces"), call("view_without_faces")].filter(({ name }) => !results.has(name));
  if (wanted.length > 0) return calling("I look for faces, and at the image without them.", wanted, results.size, pair);

  const { faces, labels } = Found.parse(results.get("find_faces")?.output);
  const faceIds = faces.map(({ faceId }) => faceId);
  const closer = faceIds
    .slice(0, MOST_FACES)
    .flatMap((faceId) => [
      ...(has("measure_face") ? [call("measure_face", { faceId })] : []),
      call("view_face_alone", { faceId }),
      ...(faceIds.length > 1 ? [call("look_closer", { faceId, region: "surroundings" })] : []),
    ])
    .filter(({ name, args }) => !results.has(`${name} ${args.faceId}`));
  if (closer.length > 0) return calling("I look at each face.", closer, results.size, pair);

  const looked: Looked = {
    results,
    whole: lastImage(messages),
    texts: await labelTexts(labels ?? undefined, pair.text, taxonomy),
  };
  const judgment = await judged(faceIds, looked, pair, signal);
  return calling(
    "I compare what is shown with the labels.",
    [call(answerTool.name, { ...judgment })],
    results.size,
    pair,
  );
}

function calling(
  text: string,
  calls: readonly Omit<ToolCall, "id">[],
  already: number,
  { fingerprint }: ClipPair,
): ChatReply {
  return {
    text,
    calls: calls.map((call, index) => ({ id: `clip_${already + index + 1}`, ...call })),
    malformedCalls: [],
    tokens: NO_TOKENS,
    fingerprint,
  };
}

type ToolResult = Extract<ChatMessage, { readonly role: "tool" }>;

/** What tools gave, by their name and, where one was asked about, the face. */
function resultsIn(messages: readonly ChatMessage[]): ReadonlyMap<string, ToolResult> {
  const calls = new Map(
    messages.flatMap((message) => (message.role === "assistant" ? message.calls : [])).map((made) => [made.id, made]),
  );
  return new Map(
    messages.flatMap((message) => {
      if (message.role !== "tool") return [];
      const faceId = calls.get(message.callId)?.args["faceId"];
      return [[faceId === undefined ? message.name : `${message.name} ${faceId}`, message] as const];
    }),
  );
}

/** The question's own image comes after those of examples. */
function lastImage(messages: readonly ChatMessage[]): ImageView | undefined {
  const [question] = messages.filter(({ role }) => role === "user");
  if (question?.role !== "user") return undefined;
  return question.parts.flatMap((part) => (part.type === "image" ? [part.view] : [])).at(-1);
}

interface Looked {
  readonly results: ReadonlyMap<string, ToolResult>;
  readonly whole: ImageView | undefined;
  readonly texts: readonly LabelText[];
}

async function judged(
  faceIds: readonly string[],
  { results, whole, texts }: Looked,
  pair: ClipPair,
  signal?: AbortSignal,
): Promise<Judgment> {
  const read = (view: ImageView | undefined, missing: string) => readView(view, missing, { pair, texts }, signal);
  const without = results.get("view_without_faces")?.views[0];
  const contextOnly = await read(without, "The image was not shown without its faces");
  const everything = await read(whole, "The image was not shown");
  const subjects: SubjectJudgment[] = [];
  for (const faceId of faceIds) {
    const tooMany = `Of more than ${MOST_FACES} faces only the first are looked at`;
    const faceOnly = await read(results.get(`view_face_alone ${faceId}`)?.views[0], tooMany);
    const near = await read(results.get(`look_closer ${faceId}`)?.views[0], tooMany);
    subjects.push(subjectOf(faceId, { faceOnly, contextOnly, integrated: faceIds.length > 1 ? near : everything }));
  }
  if (faceIds.length === 0) {
    const faceOnly = abstaining("No face was found in the image");
    subjects.push(subjectOf(null, { faceOnly, contextOnly, integrated: everything }));
  }
  return { answer: answerOf(subjects, texts), subjects };
}

function subjectOf(
  faceId: string | null,
  readings: Pick<SubjectJudgment, "faceOnly" | "contextOnly" | "integrated">,
): SubjectJudgment {
  return {
    faceId,
    ...readings,
    cues: [],
    congruence: {
      verdict: "not assessable",
      kind: null,
      statement: "How like pixels are to labels does not tell how a face and its context go together",
      evidenceIds: [],
    },
    appraisals: [],
    alternatives: [],
  };
}

function answerOf(subjects: readonly SubjectJudgment[], texts: readonly LabelText[]): string {
  const nearest = subjects.map(({ faceId, integrated: { distribution } }) => {
    const [first] = distribution;
    const who = faceId ?? "the image";
    return first === undefined
      ? `${who} was not looked at`
      : `${who} is most like ${first.label} (${first.probability.toFixed(2)})`;
  });
  return (
    `Of ${texts.length} labels, ${nearest.join(", ")}. Pixels were compared with what each label means: the question, words about ` +
    "the situation and the measurements were not read, and the numbers are shares of likeness, not calibrated chances."
  );
}
