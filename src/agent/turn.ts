import type { AIMessage } from "@langchain/core/messages";
import type { ModelAnswer } from "../domain/prompt.ts";
import { findJson } from "../judging/answer-json.ts";

interface Call {
  readonly id?: string;
  readonly args: unknown;
}

/** What the present turn of a conversation has come to so far: shared by the middleware that sees its parts. */
export interface Turn {
  /** Forgets the turn before. */
  begin(): void;
  /** The tool that takes the answer was called. */
  answered(call: Call): void;
  isAnswered(): boolean;
  /** The calls of the latest message whose arguments were not JSON, by id, with what the model wrote instead. */
  malformed(written: ReadonlyMap<string, string>): void;
  isMalformed(call: Call): boolean;
  /** The answer: what the answer tool was given, or else JSON or words in the last message. */
  answer(last: AIMessage | undefined): ModelAnswer;
}

export function createTurn(): Turn {
  let malformed: ReadonlyMap<string, string> = new Map();
  let answer: ModelAnswer | undefined;
  return {
    begin() {
      answer = undefined;
    },
    answered(call) {
      const written = call.id === undefined ? undefined : malformed.get(call.id);
      answer = written === undefined ? { type: "structured", value: call.args } : answerInText(written);
    },
    isAnswered: () => answer !== undefined,
    malformed(written) {
      malformed = written;
    },
    isMalformed: ({ id }) => id !== undefined && malformed.has(id),
    answer: (last) => answer ?? answerInText(last?.text ?? ""),
  };
}

function answerInText(text: string): ModelAnswer {
  const found = findJson(text);
  return found === undefined ? { type: "prose", text } : { type: "structured", ...found };
}
