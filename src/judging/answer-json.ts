import { jsonrepair } from "jsonrepair";

/** The JSON object in what a model wrote, and how many others stood before it. */
interface FoundJson {
  readonly value: object;
  readonly drafts: number;
}

/** Most objects that are looked at, from the last on, and most characters of them that are mended: a judgment has 20 000. */
const MOST_OBJECTS = 200;
const MOST_MENDED = 50_000;

/**
 * The JSON object in what a model wrote: the whole text, else the last complete object in it, as thoughts, drafts and
 * examples come before the answer; small slips (a trailing comma, single quotes, a missing bracket between closed ones)
 * are mended. `undefined` when there is none, or when it breaks off: what is missing is not made up. Takes time in
 * proportion to the text, whatever it holds.
 */
export function findJson(text: string): FoundJson | undefined {
  const whole = parseObject(text);
  if (whole !== undefined) return { value: whole, drafts: 0 };
  const parts = bracedParts(text);
  const [closed, mend] = [parts.closed.slice(-MOST_OBJECTS), createMender()];
  for (const [index, part] of [...closed.entries()].toReversed()) {
    const value = parseObject(part) ?? mend(part);
    if (value !== undefined) return { value, drafts: closed.slice(0, index).filter(parseObject).length };
  }
  // Brackets that do not match may still be one object with a slip in it, where there is no whole one.
  const value = parts.open === undefined ? undefined : mend(parts.open);
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

/** Mends objects until they were too many characters together: some slips take time that grows with their square. */
function createMender(): (part: string) => object | undefined {
  let left = MOST_MENDED;
  return (part) => {
    left -= part.length;
    if (left < 0) return undefined;
    try {
      return parseObject(jsonrepair(part));
    } catch {
      return undefined;
    }
  };
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
  let tokens = /"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}]/gs;
  tokens.lastIndex = start;
  let depth = 0;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[1] === "") {
      // The rest holds no whole string: every later quotation mark is one that this string escapes.
      tokens = /[{}]/g;
      tokens.lastIndex = token.index + 1;
    }
    if (token[0] === "{") depth++;
    if (token[0] === "}") depth--;
    if (depth === 0) return tokens.lastIndex;
  }
  return undefined;
}
