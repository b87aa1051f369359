import { jsonrepair } from "jsonrepair";

/**
 * The JSON object in what a model wrote: the whole text, else the last complete object in it, as thoughts, drafts and
 * examples come before the answer; small slips (a trailing comma, single quotes, a missing bracket between closed ones)
 * are mended. `undefined` when there is none, or when it breaks off: what is missing is not made up.
 */
export function jsonIn(text: string): object | undefined {
  const whole = parseObject(text);
  if (whole !== undefined) return whole;
  const objects = bracedParts(text);
  for (const part of objects.toReversed()) {
    const value = parseObject(part) ?? mended(part);
    if (value !== undefined) return value;
  }
  return undefined;
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

/** The outermost `{...}` of a text in their order; one that is never closed is left out. */
function bracedParts(text: string): string[] {
  const parts: string[] = [];
  let start = text.indexOf("{");
  while (start !== -1) {
    const end = endOfObject(text, start);
    // Brackets that do not match may still be one object with a slip in it.
    const last = end ?? (/\}\s*(?:```\s*)?$/.test(text) ? text.lastIndexOf("}") + 1 : undefined);
    if (last === undefined) break;
    parts.push(text.slice(start, last));
    start = text.indexOf("{", last);
  }
  return parts;
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
