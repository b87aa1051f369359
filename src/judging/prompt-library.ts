import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import type { PromptReference } from "../domain/report.ts";
import { parseShipped } from "../platform/parse-shipped.ts";
import { readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";

const PromptHead = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]*$/),
  version: z.union([z.string(), z.number()]).transform(String),
  description: z.string().min(1),
  /** Names of the placeholders in the body. */
  input: z.array(z.string()),
  /** Name of the schema that the answer must match, `null` for free text or a part of another prompt. */
  output: z.string().nullable(),
  temperature: z.number().min(0).max(2).nullable(),
});

/** One file of `prompts/`: text with `{{placeholders}}` and no logic. */
export interface PromptFile {
  readonly reference: PromptReference;
  readonly description: string;
  readonly input: readonly string[];
  readonly output: string | null;
  readonly temperature: number | null;
  readonly body: string;
}

/** The prompts and tool descriptions of one folder, all read and checked. */
export interface PromptLibrary {
  /** @throws {ConfigurationError} if there is no such prompt. */
  prompt(id: string): PromptFile;
  /** @throws {ConfigurationError} if the tool has no description file. */
  toolDescription(toolName: string): PromptFile;
  all(): readonly PromptFile[];
}

const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/**
 * Reads every `<id>.prompt.md` of a folder and every `tools/<name>.md`, with SHA-256 of each file for provenance.
 *
 * @throws {ConfigurationError} if a file's front matter is wrong, its id is not its name, or its placeholders are not
 * the ones it lists.
 */
export async function loadPromptLibrary(folder: string): Promise<PromptLibrary> {
  const prompts = await readPrompts(folder, ".prompt.md");
  const tools = await readPrompts(join(folder, "tools"), ".md");
  return {
    prompt: (id) => found(prompts, id, `prompt "${id}" in ${folder}`),
    toolDescription: (name) => found(tools, name, `description of the tool "${name}" in ${join(folder, "tools")}`),
    all: () => [...prompts.values(), ...tools.values()],
  };
}

function found(files: ReadonlyMap<string, PromptFile>, id: string, what: string): PromptFile {
  const file = files.get(id);
  if (file === undefined)
    throw new ConfigurationError(`There is no ${what}: there are ${[...files.keys()].join(", ")}`);
  return file;
}

async function readPrompts(folder: string, ending: string): Promise<Map<string, PromptFile>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const file = await readPromptFile(join(folder, name), ending);
      return [file.reference.id, file] as const;
    }),
  );
  return new Map(files);
}

/** Reads one prompt file, whose id is its name. @throws {ConfigurationError} */
export async function readPromptFile(path: string, ending = ".prompt.md"): Promise<PromptFile> {
  const text = await readText(path).catch((cause: unknown) => {
    throw new ConfigurationError(`Cannot read prompt as ${whyRefused(cause)}: \`${path}\``, { cause });
  });
  const file = parsePromptFile(text, path);
  if (`${file.reference.id}${ending}` === basename(path)) return file;
  throw new ConfigurationError(`A prompt's id must be its file's name, not "${file.reference.id}": ${basename(path)}`);
}

/** Reads one prompt file: YAML between two lines of `---`, then the body. `path` is for messages only. */
export function parsePromptFile(text: string, path: string): PromptFile {
  const parts = /^---\r?\n(.*?)\r?\n---\r?\n(.*)$/s.exec(text);
  if (parts === null) throw new ConfigurationError(`Cannot read prompt as it has no front matter: ${path}`);
  const head = parseShipped(parts[1] as string, (yaml) => parseHead(yaml, path));
  const body = (parts[2] as string).trim();
  const used = new Set([...body.matchAll(PLACEHOLDER)].map((match) => match[1] as string));
  const unlisted = [...used].filter((name) => !head.input.includes(name));
  const unused = head.input.filter((name) => !used.has(name));
  if (unlisted.length + unused.length > 0) {
    const differences = [
      ...unlisted.map((name) => `${name} is not listed`),
      ...unused.map((name) => `${name} is not used`),
    ];
    throw new ConfigurationError(
      `Cannot read prompt as its placeholders are wrong (${differences.join(", ")}): ${path}`,
    );
  }
  const { id, version, ...rest } = head;
  return { reference: { id, version, sha256: createHash("sha256").update(text).digest("hex") }, ...rest, body };
}

function parseHead(yaml: string, path: string): z.infer<typeof PromptHead> {
  let data: unknown;
  try {
    data = parseYaml(yaml);
  } catch (cause) {
    throw new ConfigurationError(`Cannot read prompt as its front matter is not YAML: ${path}`, { cause });
  }
  const head = PromptHead.safeParse(data);
  if (head.success) return head.data;
  const reasons = head.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new ConfigurationError(`Cannot read prompt as its front matter is wrong (${reasons}): ${path}`);
}

/**
 * The body with every placeholder replaced, in one pass: a value that holds `{{...}}` stays as it is.
 *
 * @throws {RangeError} if a value is missing or is not asked for.
 */
export function fillIn(prompt: PromptFile, values: Readonly<Record<string, string>>): string {
  const extra = Object.keys(values).filter((name) => !prompt.input.includes(name));
  const missing = prompt.input.filter((name) => values[name] === undefined);
  if (missing.length > 0) throw new RangeError(`Prompt "${prompt.reference.id}" misses ${missing.join(", ")}`);
  if (extra.length > 0) throw new RangeError(`Prompt "${prompt.reference.id}" does not ask for ${extra.join(", ")}`);
  return prompt.body.replace(PLACEHOLDER, (_whole, name: string) => values[name] as string);
}

/** The library with variables of one of its prompts filled in; those that are left stay open. */
export function filledIn(library: PromptLibrary, id: string, values: Readonly<Record<string, string>>): PromptLibrary {
  if (Object.keys(values).length === 0) return library;
  const file = library.prompt(id);
  const filled = {
    ...file,
    input: file.input.filter((name) => !Object.hasOwn(values, name)),
    body: file.body.replace(PLACEHOLDER, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] as string) : whole,
    ),
  };
  return { ...library, prompt: (wanted) => (wanted === id ? filled : library.prompt(wanted)) };
}

/** Text from outside, as a JSON string on one line: whatever it says, it cannot end the quotation. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
