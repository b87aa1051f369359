import { ProviderError } from "../domain/errors.ts";

const APOLOGY = "(?:i am(?: very| so)? sorry|i'm(?: very| so)? sorry|sorry|i apologi[sz]e|unfortunately)[^.!?]{0,40}?";
const WILL_NOT =
  "i (?:can(?:no|'|n')t|can not|won't|will not|must decline|have to decline|decline|refuse|do(?: not|n't) feel comfortable)|i(?:'m| am) (?:unable|not able|not comfortable)";
/** What a model that was shown no image cannot do, and would not decline. */
const NOT_SHOWN = "(?: to)? (?:see|view|access|open|load|find|read)";

/** How assistants begin to decline: with an apology or none, then that they cannot, will not or must not. */
const DECLINES = new RegExp(
  `^(?:${APOLOGY}[,.;:]? ?(?:but )?)?(?:as an ai[^,.]{0,40}, )?(?:${WILL_NOT})\\b(?!${NOT_SHOWN})`,
  "i",
);

/** Longest piece of a refusal that is quoted. */
const QUOTE_LENGTH = 200;

/** A reply in prose by which a model declines to answer; `undefined` for every other. */
export function refusalIn(reply: string): ProviderError | undefined {
  const text = reply.trim();
  if (!DECLINES.test(text.replaceAll("’", "'"))) return undefined;
  const quote = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}...` : text;
  return new ProviderError(`The model declined to answer: ${JSON.stringify(quote)}`, {
    retryable: false,
    refused: true,
  });
}
