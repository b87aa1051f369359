import type { ClipView, ImageView } from "../domain/image.ts";
import { captionOf, type PromptPart } from "../domain/prompt.ts";
import type { RecordedRequest } from "../domain/recorded-replies.ts";
import { contentKey } from "./content-store.ts";
import { sha256 } from "./hash.ts";

/** A request to a model, as far as the model sees it. */
interface AskedRequest {
  readonly messages: readonly SaidMessage[];
  readonly tools?: readonly object[];
  readonly mustCall?: boolean;
  readonly answer?: object;
  /** In place of the model's own, where it takes one. */
  readonly seed?: number;
}

interface SaidMessage {
  readonly role: string;
  readonly text?: string;
  readonly parts?: readonly PromptPart[];
  readonly calls?: readonly object[];
  readonly callId?: string;
  readonly name?: string;
  readonly views?: readonly ImageView[];
}

/** The parts of a request to a model that decide its reply, by which replies are kept and found again. */
export function requestParts(
  { messages, tools = [], mustCall = false, answer, seed }: AskedRequest,
  model: Pick<RecordedRequest, "temperature" | "seed">,
): RecordedRequest {
  const isSystem = ({ role }: SaidMessage) => role === "system";
  return {
    system: contentKey(messages.filter(isSystem).map(({ text }) => text)),
    form: contentKey({ tools, mustCall, answer }),
    images: contentKey(messages.flatMap(viewsIn).map(({ data }) => sha256(data))),
    words: contentKey(messages.filter((message) => !isSystem(message)).map(wordsIn)),
    temperature: model.temperature,
    seed: model.seed === null ? null : (seed ?? model.seed),
  };
}

function viewsIn({ parts = [], views = [] }: SaidMessage): readonly (ImageView | ClipView)[] {
  return [...parts.flatMap((part) => (part.type === "text" ? [] : [part.view])), ...views];
}

function wordsIn({ role, text, parts = [], calls, callId, name, views = [] }: SaidMessage): object {
  const said = parts.map((part) => (part.type === "text" ? part.text : [captionOf(part.view)]));
  return { role, text, said, calls, callId, name, views: views.map(captionOf) };
}
