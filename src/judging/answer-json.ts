import { jsonrepair } from "jsonrepair";

/** The JSON object in what a model wrote, and how many others stood before it. */
export interface FoundJson {
  readonly value: object;
  readonly drafts: number;
}

/**
 * The JSON object in what a model wrote: the whole text, else the last complete object in it, as thoughts, drafts and
 * examples come before the answer; small slips (a trailing comma, single quotes, a missing bracket between closed ones)
 * are mended. `undefined` when there is none, or when it breaks off: what is missing is not made up.
 */
export function findJson(text: string): FoundJson | undefined {
  const whole = parseObject(text);
  if (whole !== undefined) return { value: whole, drafts: 0 };
  const { closed, open } = bracedParts(text);
  for (const [index, part] of [...closed.entries()].toReversed()) {
    const value = parseObject(part) ?? mended(part);
    if (value !== undefined) return { value, drafts: closed.slice(0, index).filter(parseObject).length };
  }
  // Brackets that do not match may still be one object with a slip in it, where there is no whole one.
  const value = open === undefined ? undefined : mended(open);
  return value && { value, drafts: 0 };
}

/** The same without the count. */
export function jsonIn(text: string): object | undefined {
  return findJson(text)?.value;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function mended(part: string): object | undefined {
  try {
    return parseObject(jsonrepair(part));
  } catch {
    return undefined;
  }
}

/** The outermost `{...}` of a text in their order, and one that is never closed though the text ends in a bracket. */
function bracedParts(text: string): { readonly closed: readonly string[]; readonly open: string | undefined } {
  const closed: string[] = [];
  let start = text.indexOf("{");
  while (start !== -1) {
    const end = endOfObject(text, start);
    if (end === undefined) {
      const open = /\}\s*(?:```\s*)?$/.test(text) ? text.slice(start, text.lastIndexOf("}") + 1) : undefined;
      return { closed, open };
    }
    closed.push(text.slice(start, end));
    start = text.indexOf("{", end);
  }
  return { closed, open: undefined };
}

/** Where the object that begins at `start` is closed; braces within strings apart. */
function endOfObject(text: string, start: number): number | undefined {
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/gs;
  tokens.lastIndex = start;
  let depth = 0;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === "{") depth++;
    if (token[0] === "}") depth--;
    if (depth === 0) return tokens.lastIndex;
  }
  return undefined;
}
