import type { Complaint } from "../domain/complaint.ts";
import type { ImageView } from "../domain/image.ts";
import type { ModelCapabilities } from "../domain/model-probe.ts";
import type { PromptPart } from "../domain/prompt.ts";
import type { TokenUse } from "../domain/token-use.ts";

export type { ModelCapabilities, StructuredOutput } from "../domain/model-probe.ts";

/** A JSON Schema as strict providers take it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as a model is told of it. */
export interface ChatTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** The schema in which an answer is wanted. `name` is snake case. */
export interface AnswerSchema {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A call whose arguments are no JSON object; `written` is what the model wrote instead. */
export interface MalformedCall {
  readonly id: string;
  readonly name: string;
  readonly written: string;
}

/** What is said in a conversation, before any server's message format. */
export type ChatMessage =
  | { readonly role: "system"; readonly text: string }
  | {
      readonly role: "user";
      readonly parts: readonly PromptPart[];
      /** What is wrong with the answer before, beside the words that say so; models without a language model read this. */
      readonly complaints?: readonly Complaint[];
    }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ToolCall[] }
  | {
      readonly role: "tool";
      readonly callId: string;
      readonly name: string;
      readonly text: string;
      /** What the tool gives programs; models without a language model read this. */
      readonly output: unknown;
      /** Images that it returned; a model is shown them after the results of this turn. */
      readonly views: readonly ImageView[];
    };

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ChatTool[];
  /** Whether one of the tools has to be called. */
  readonly mustCall?: boolean;
  /** Has the server hold the answer to a schema. */
  readonly answer?: AnswerSchema;
  /** Goes before the model's own seed, for one of several samples. */
  readonly seed?: number;
  /** Told of every request on the wire that comes of it, with the length of its body. */
  readonly onSent?: (bytes: number) => void;
}

export interface ChatReply {
  /** What the model said, without its thoughts; `""` when it only called tools. */
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly malformedCalls: readonly MalformedCall[];
  readonly tokens: TokenUse;
  /** What the server says it really ran, `null` when it did not. */
  readonly fingerprint: string | null;
}

/** A chat model that can judge, with what its server says it can do. */
export interface JudgeModel {
  /** As the user names it: `openai:gpt-4.1`, `ollama:llava`, `rules`. */
  readonly id: string;
  /** Asked of the server, never guessed from the name; what the server has turned down since is taken off. */
  readonly capabilities: ModelCapabilities;
  /** Whether images leave this machine when it is used. */
  readonly remote: boolean;
  /** The bundle that its replies are taken from, where it is not asked. */
  readonly replayedFrom?: string;
  readonly temperature: number | null;
  readonly seed: number | null;
  /** What else determines its answers: address of the server, digest of the weights, limits. Plain JSON, no secret. */
  readonly identity: Readonly<Record<string, string | number | null>>;
  /**
   * Asks once. What fails in passing is asked again; what was answered is not.
   *
   * @throws {ProviderError} if the server fails, or takes a part of the request not (`rejects`).
   */
  reply(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply>;
  /** Goes by what was seen of its server rather than by what that declares; only models with a server have it. */
  learn?(seen: ModelCapabilities): void;
}
