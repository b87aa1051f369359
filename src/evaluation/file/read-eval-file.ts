import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { EvalFile } from "./eval-file.ts";
import { explainIssue, type FileProblem } from "./explain-issue.ts";

/** An evaluation file as read: the parsed form, its text for the record, and where it was. */
export interface LoadedEvalFile {
  readonly path: string;
  readonly text: string;
  readonly file: EvalFile;
}

/** What a user wants otherwise than the file says, for one run. */
export interface EvalFileChanges {
  /** The whole text, in place of the file's: it need not be there yet. */
  readonly text?: string;
  readonly model?: string;
  readonly seed?: number;
  readonly timeoutSeconds?: number;
  readonly repeats?: number;
  /** Folder of the run that thresholds are held against. */
  readonly baseline?: string;
  /** A random subset of so many samples. */
  readonly limit?: number;
  /** The only samples to ask about. */
  readonly ids?: readonly string[];
  /** Columns and the cells they may have, beside what the file wants. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads a file, with the changes put into its text, so that the record of the run says what was run.
 *
 * @throws {ConfigurationError} naming each line with what is wrong and the nearest valid key.
 */
export async function readEvalFile(
  path: string,
  { text: given, ...changes }: EvalFileChanges = {},
): Promise<LoadedEvalFile> {
  const read = () =>
    readText(path).catch((error: unknown) => {
      throw new ConfigurationError(`Cannot run evaluation as ${whyRefused(error)}: \`${path}\``, { cause: error });
    });
  const text = given ?? (await read());
  const file = parseEvalFile(text, path);
  if (Object.keys(changes).length === 0) return { path, text, file };
  const changed = withChanges(text, changes);
  return { path, text: changed, file: parseEvalFile(changed, path) };
}

function withChanges(text: string, changes: EvalFileChanges): string {
  const { model, seed, timeoutSeconds, baseline, repeats, limit, ids, where = {} } = changes;
  const document = parseDocument(text);
  if (model !== undefined) document.setIn(["matrix", "models"], [model]);
  if (seed !== undefined) document.setIn(["matrix", "seeds"], [seed]);
  if (timeoutSeconds !== undefined) document.setIn(["execution", "timeoutSeconds"], timeoutSeconds);
  if (baseline !== undefined) document.setIn(["baseline"], baseline);
  if (repeats !== undefined) document.setIn(["matrix", "repeats"], repeats);
  if (limit !== undefined) document.setIn(["dataset", "limit"], limit);
  if (ids !== undefined) document.setIn(["dataset", "ids"], ids);
  for (const [column, cells] of Object.entries(where)) document.setIn(["dataset", "where", column], cells);
  return document.toString();
}

/** The text without the run that thresholds are held against. */
export function withoutBaseline(text: string): string {
  const document = parseDocument(text);
  return document.delete("baseline") ? document.toString() : text;
}

/** Parses the text of an evaluation file; `path` is only named. @throws {ConfigurationError} */
export function parseEvalFile(text: string, path: string): EvalFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigurationError(
      `Cannot run evaluation as line ${lines.linePos(broken.pos[0]).line} is not YAML (${reasonOf(broken)}): \`${path}\``,
    );
  }
  const data = contentOf(document, path);
  if (data === null) throw new ConfigurationError(`Cannot run evaluation as the file is empty: \`${path}\``);
  const parsed = EvalFile.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .flatMap((issue) => explainIssue(issue, data))
    .map((problem) => ({ line: lineOf(document, problem, lines), sentence: problem.sentence }))
    .sort((a, b) => a.line - b.line);
  throw new ConfigurationError(describe(problems, path));
}

/** @throws {ConfigurationError} if a few lines of it stand for more than fits anywhere, by naming one another or themselves. */
function contentOf(document: Document, path: string): unknown {
  try {
    const data: unknown = document.toJS();
    JSON.stringify(data); // what holds itself has no end
    return data;
  } catch (cause) {
    const reason = "its aliases name one another too often, or themselves: write out what they stand for";
    throw new ConfigurationError(`Cannot run evaluation as ${reason} (\`${path}\`)`, { cause });
  }
}

function describe(problems: readonly { readonly line: number; readonly sentence: string }[], path: string): string {
  const [first] = problems;
  if (problems.length === 1 && first !== undefined) {
    return `Cannot run evaluation as in line ${first.line}, ${first.sentence}: \`${path}\``;
  }
  const list = problems.map(({ line, sentence }) => `  line ${line}: ${sentence}`);
  return [`Cannot run evaluation as it has ${problems.length} problems: \`${path}\``, ...list].join("\n");
}

/** Line of a key or value; of what should hold it when it is missing. */
function lineOf(document: Document, { path, isKey }: FileProblem, lines: LineCounter): number {
  const keys = path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (isKey) {
    const holder = document.getIn(keys.slice(0, -1), true);
    const pair = isMap(holder)
      ? holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys.at(-1)))
      : undefined;
    const offset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  for (let depth = keys.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function reasonOf({ code, message }: Document["errors"][number]): string {
  // The parser's own stack ends first, at some thousand levels.
  if (code === "RESOURCE_EXHAUSTION" || message.includes("call stack")) return "it is nested too deeply";
  return message.split("\n")[0] ?? message;
}
