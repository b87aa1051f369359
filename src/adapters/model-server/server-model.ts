import { KuleshovError, ProviderError } from "../../domain/errors.ts";
import type { RejectedFeature } from "../../domain/rejected-feature.ts";
import { NO_TOKENS, sumOfTokens } from "../../domain/token-use.ts";
import { mayPass, type RetryPolicy, retry } from "../../platform/retry.ts";
import type {
  ChatMessage,
  ChatReply,
  ChatRequest,
  JudgeModel,
  ModelCapabilities,
  StructuredOutput,
} from "../../ports/chat-model.ts";
import { isCutOff, type RawReply, replyOf } from "./chat-reply.ts";
import { type ConversationShape, STRICT_SHAPE, shaped } from "./conversation-shape.ts";
import { imagesIn, reckoned, videosIn, withLosses } from "./lost-tokens.ts";
import { faultOfNoAnswer, faultOfTruncation, type ServerName } from "./server-fault.ts";

/** How one call is made: the user's settings without what the server has turned down. */
export interface CallSettings {
  readonly temperature: number | null;
  readonly seed: number | null;
  /** Output tokens to allow; the server's own limit when `null`. */
  readonly maxTokens: number | null;
  /** What the server has turned down so far. */
  readonly without: ReadonlySet<RejectedFeature>;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

/** What servers have turned down, by model and server: models that are opened for one run share it. */
export type TurnedDown = Map<string, { readonly features: Set<RejectedFeature>; structuredOutput: StructuredOutput }>;

/** How a model is spoken to: over HTTP, through a library, or in a process of its own. */
export interface ChatProtocol {
  /**
   * Asks once; trying again is not its work.
   *
   * @throws {ProviderError} for everything but an answer that came to its end. @throws the signal's reason.
   */
  ask(asked: ChatRequest, settings: CallSettings, signal?: AbortSignal): Promise<RawReply>;
}

interface ServerModelSetup {
  readonly id: string;
  readonly name: ServerName;
  readonly protocol: ChatProtocol;
  readonly capabilities: ModelCapabilities;
  readonly shape: ConversationShape;
  readonly remote: boolean;
  readonly identity: JudgeModel["identity"];
  readonly temperature: number | null;
  readonly seed: number | null;
  readonly maxTokens: number | null;
  /** Output tokens to allow when the first answer was cut off. */
  readonly raisedMaxTokens: number;
  readonly timeoutMs: number;
  readonly retries: RetryPolicy;
  readonly turnedDown?: TurnedDown | undefined;
  /** Called before every request, those that are made again included; what it throws ends the call. */
  readonly beforeRequest?: ((inputTokens?: number) => void | Promise<void>) | undefined;
}

/** What a call can do without as it stands; for the others the conversation has to be planned anew. */
const DISPENSABLE: ReadonlySet<RejectedFeature> = new Set([
  "temperature",
  "seed",
  "parallel-calls",
  "roles",
  "stream",
  "thinking",
  "max-tokens",
]);

/**
 * A model behind a server, whatever its protocol. What the server turns down is left out from then on: at once where the
 * call can do without it, by a plan of its caller's otherwise, who is told by `rejects`.
 */
export function createServerModel(setup: ServerModelSetup): JudgeModel {
  const { id, name, protocol, remote, identity } = setup;
  const { turnedDown = new Map() } = setup;
  let known = setup.capabilities;
  const key = `${id} ${identity.server}`;
  const isFirst = !turnedDown.has(key);
  const seen = turnedDown.get(key) ?? { features: new Set(), structuredOutput: known.structuredOutput };
  turnedDown.set(key, seen);
  const without = seen.features;
  const settings = (): CallSettings => ({
    temperature: without.has("temperature") ? null : setup.temperature,
    seed: without.has("seed") ? null : setup.seed,
    maxTokens: setup.maxTokens,
    without,
    timeoutMs: setup.timeoutMs,
  });

  async function reply(asked: ChatRequest, signal?: AbortSignal): Promise<ChatReply> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await untruncated(asked, signal);
      } catch (error) {
        if (!isTurnedDown(error, asked) || without.has(error.rejects)) throw error;
        const rejected = error.rejects;
        if (rejected === "schema") seen.structuredOutput = nextBest(seen.structuredOutput, asked);
        else without.add(rejected);
        if (!DISPENSABLE.has(rejected)) throw error;
      }
    }
  }

  async function untruncated(asked: ChatRequest, signal?: AbortSignal): Promise<ChatReply> {
    const first = await answered(asked, settings(), signal);
    if (!isCutOff(first)) return replyOf(first, asked, name);
    const roomier = { ...settings(), maxTokens: setup.raisedMaxTokens };
    const second = await answered(asked, roomier, signal).catch((error: unknown) => {
      if (error instanceof KuleshovError) error.spent = sumOfTokens(first.tokens, error.spent ?? NO_TOKENS);
      throw error;
    });
    const tokens = sumOfTokens(first.tokens, second.tokens);
    if (isCutOff(second)) throw faultOfTruncation(name, tokens);
    return { ...replyOf(second, asked, name), tokens };
  }

  function answered(asked: ChatRequest, calling: CallSettings, signal?: AbortSignal): Promise<RawReply> {
    const shape = without.has("roles") ? STRICT_SHAPE : setup.shape;
    const parallelCalls = shape.parallelCalls && !without.has("parallel-calls");
    const messages: ChatMessage[] = shaped(asked.messages, { ...shape, parallelCalls });
    const seed = asked.seed === undefined || without.has("seed") ? calling.seed : asked.seed;
    const { input } = reckoned(asked);
    const once = async () => {
      await setup.beforeRequest?.(input ?? 0);
      const raw = await protocol.ask({ ...asked, messages }, { ...calling, seed }, signal);
      if (raw.finish === "error") throw faultOfNoAnswer(name, raw);
      return raw;
    };
    return withLosses(asked, signal, (noted) =>
      retry(() => once().catch(noted), setup.retries, {
        signal,
        isWorthwhile: (error) => mayPass(error) && !isTurnedDown(error, asked),
      }),
    );
  }

  return {
    id,
    remote,
    identity,
    get capabilities() {
      const { tools, vision, severalImages, video } = known;
      const { structuredOutput } = seen;
      return {
        ...known,
        tools: tools && !without.has("tools"),
        vision: vision && !without.has("images"),
        severalImages: severalImages && !without.has("several-images"),
        ...(video === undefined ? {} : { video: video && !without.has("video") }),
        structuredOutput: without.has("tools") && structuredOutput === "as-tool" ? "none" : structuredOutput,
      };
    },
    get temperature() {
      return settings().temperature;
    },
    get seed() {
      return settings().seed;
    },
    reply,
    learn(capabilities) {
      known = capabilities;
      if (isFirst) seen.structuredOutput = capabilities.structuredOutput;
    },
  };
}

function isTurnedDown(error: unknown, asked: ChatRequest): error is ProviderError & { rejects: RejectedFeature } {
  return error instanceof ProviderError && error.rejects !== undefined && isIn(asked, error.rejects);
}

/** A word in an error that is about something else is not believed: only what was asked for can be turned down. */
function isIn({ messages, tools = [], answer }: ChatRequest, feature: RejectedFeature): boolean {
  const images = imagesIn(messages);
  if (feature === "images") return images > 0;
  if (feature === "several-images") return images > 1;
  if (feature === "video") return videosIn(messages) > 0;
  if (feature === "schema") return answer !== undefined;
  return feature === "tools" ? tools.length > 0 : true;
}

/** How to have the answer held to a schema after the server turned this way down. */
function nextBest(current: StructuredOutput, { tools = [] }: ChatRequest): StructuredOutput {
  if (current === "beside-tools" && tools.length > 0) return "without-tools";
  return current === "as-tool" || tools.length === 0 ? "none" : "as-tool";
}
