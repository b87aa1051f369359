import { tableError } from "./table-format.ts";

/**
 * Reads JSON as toolboxes and those who use them save it: JSON itself, an object a line, with Python's NaN, or a result as
 * Python or JavaScript prints it.
 *
 * @throws {ConfigurationError} if it is none of these, or cut short.
 */
export function jsonOfText(text: string, path: string): unknown {
  const json = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(json);
  } catch (cause) {
    const lines = json.split(/\r?\n/).filter((line) => line.trim() !== "");
    if (lines.length > 1 && lines.every(isWholeObject)) return lines.map((line) => jsonOfText(line, path));
    const standard = withoutPythonNumbers(json);
    if (standard !== json) return jsonOfText(standard, path);
    const literal = literalOf(json);
    if (literal === undefined) throw tableError(path, "it is not valid JSON (cut short?)", { cause });
    return literal;
  }
}

/** A printed result of MediaPipe's holds objects that hold none. */
const DEEPEST_OBJECTS = 2;

/**
 * What a printed list of Python's (`[Category(score=0.5, category_name='jawOpen')]`, `[{'score': 0.5}]`) or an object of
 * JavaScript's (`{ score: 0.5 }`) stands for; `undefined` for other text, and where one is cut short.
 */
function literalOf(text: string): unknown {
  const structure = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, "").replace(/[^[\]{}()]/g, "");
  const isWhole = [..."[{("].every(
    (open, at) => structure.split(open).length === structure.split("]})"[at] as string).length,
  );
  if (!isWhole || !/^\s*(?:[[{]|[A-Z]\w*\().*[\]})];?\s*$/s.test(text)) return undefined;
  const rows = (_whole: string, inside: string) => inside.slice(0, inside.lastIndexOf("]") + 1);
  let objects = text.replace(/\barray\(([^()]*)\)/g, rows); // of NumPy
  for (let depth = 0; depth < DEEPEST_OBJECTS; depth++) {
    objects = objects.replace(
      /\b[A-Z]\w*\(([^()]*)\)/g,
      (_whole, fields: string) => `{${fields.replace(/\b([a-z]\w*)=/g, "$1:")}}`,
    );
  }
  try {
    return JSON.parse(objects.replace(/;\s*$/, "").replace(UNLIKE_JSON, inJson));
  } catch {
    return undefined;
  }
}

/**
 * Strings, keys without quotes, words for nothing and for truth, numbers that end in a point, commas before an end. Read in
 * one pass: `jsonrepair` would mend more, in time that grows with the square.
 */
const UNLIKE_JSON =
  /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|([A-Za-z_$][\w$]*|\d+(?:\.\d+)?)(?=\s*:)|\b(None|undefined|True|False)\b|(\b\d+)\.(?!\d)|,(?=\s*[\]}])/gs;
const WORDS: Readonly<Record<string, string>> = { None: "null", undefined: "null", True: "true", False: "false" };

function inJson(whole: string, quoted?: string, key?: string, word?: string, integer?: string): string {
  if (quoted !== undefined) return `"${quoted.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
  if (key !== undefined) return `"${key}"`;
  if (word !== undefined) return WORDS[word] as string;
  if (integer !== undefined) return integer;
  return whole === "," ? "" : whole;
}

/** A line of a stream of results, a JSON object each. */
function isWholeObject(line: string): boolean {
  return /^\s*\{.*\}\s*$/.test(line);
}

/** Python's json module writes NaN and Infinity, which JSON does not have. */
function withoutPythonNumbers(json: string): string {
  return json.replaceAll(/-?(?:NaN|Infinity)(?<=[[,:]\s*-?(?:NaN|Infinity))(?=\s*[\],}])/g, "null");
}
