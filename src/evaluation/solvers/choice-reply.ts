import { z } from "zod";
import { patternOf } from "../../domain/pattern-of.ts";
import type { AnswerShape } from "../../judging/answer-format.ts";
import type { StructuredQuestion } from "../../judging/ask-structured.ts";

/** A model's reply to a question with options. Other keys are its own business. */
const ChoiceReply = z.object({
  choice: z.union([z.string(), z.boolean()]),
  confidence: z.number().min(0).max(1).nullish(),
  reason: z.string().nullish(),
});

/** What was chosen, or why the reply cannot be used. */
type ReadChoice =
  | { readonly choice: string; readonly confidence: number | null; readonly reason: string | null }
  | { readonly problem: string };

/** The reply as a schema that names the options: a small model then cannot choose something else. */
export function choiceAnswer([first = "", ...rest]: readonly string[]): AnswerShape {
  return {
    name: "choice",
    description: "The chosen option.",
    schema: z.strictObject({
      choice: z.enum([first, ...rest]),
      confidence: z.number().min(0).max(1),
      reason: z.string(),
    }),
  };
}

/** Reads a reply: its JSON, or words that name exactly one of the options and deny nothing. */
export function readChoice(
  { json, text }: Parameters<StructuredQuestion<object>["read"]>[0],
  options: readonly string[],
): ReadChoice {
  if (json === undefined) {
    const named = onlyOptionIn(text, options);
    if (named === undefined) return { problem: "it is no JSON object and does not name exactly one option" };
    return { choice: named, confidence: null, reason: text.trim() };
  }
  const parsed = ChoiceReply.safeParse(json);
  if (!parsed.success)
    return { problem: `its ${parsed.error.issues[0]?.path.join(".") || "content"} is not as asked for` };
  const said = plain(String(parsed.data.choice));
  const option = options.find((one) => plain(one) === said) ?? onlyOptionIn(said, options);
  if (option === undefined) return { problem: `"${String(parsed.data.choice)}" is none of the options` };
  return { choice: option, confidence: parsed.data.confidence ?? null, reason: parsed.data.reason ?? null };
}

const DENIAL = /\b(?:not|n't|neither|nor|never|no|rather than|instead of)\b/i;

/** The one option that the words name; an option within a longer one counts for the longer only. */
function onlyOptionIn(text: string, options: readonly string[]): string | undefined {
  let rest = ` ${text.toLowerCase()} `;
  const longestFirst = options.toSorted((a, b) => b.length - a.length);
  const named = longestFirst.filter((option) => {
    const pieces = rest.split(new RegExp(`(?<![\\p{L}\\p{N}])${patternOf(plain(option))}(?![\\p{L}\\p{N}])`, "u"));
    rest = pieces.join(" ");
    return pieces.length > 1;
  });
  return named.length === 1 && !DENIAL.test(rest) ? named[0] : undefined;
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[.\s]+$/, "");
}
