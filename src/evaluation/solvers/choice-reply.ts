import { z } from "zod";

/** A model's reply to a question with options. Other keys are its own business. */
const ChoiceReply = z.object({
  choice: z.union([z.string(), z.boolean()]),
  confidence: z.number().min(0).max(1).nullish(),
  reason: z.string().nullish(),
});

/** What was chosen, or why the reply cannot be used. */
export type ReadChoice =
  | { readonly choice: string; readonly confidence: number | null; readonly reason: string | null }
  | { readonly problem: string };

/** Reads the JSON object of a reply, also from inside a fence or prose, and finds the option it means. */
export function readChoice(text: string, options: readonly string[]): ReadChoice {
  const json = /\{[\s\S]*\}/.exec(text)?.[0];
  if (json === undefined) return { problem: "there is no JSON object in it" };
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return { problem: "its JSON is malformed" };
  }
  const parsed = ChoiceReply.safeParse(data);
  if (!parsed.success)
    return { problem: `its ${parsed.error.issues[0]?.path.join(".") || "content"} is not as asked for` };
  const said = plain(String(parsed.data.choice));
  const option = options.find((one) => plain(one) === said);
  if (option === undefined) return { problem: `"${String(parsed.data.choice)}" is none of the options` };
  return { choice: option, confidence: parsed.data.confidence ?? null, reason: parsed.data.reason ?? null };
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[.\s]+$/, "");
}
