import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { issueInWords } from "../../domain/complaint.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import type { ChatMessage } from "../../ports/chat-model.ts";

const Path = z.string().min(1).describe("place in the answer, e.g. choices.0.message.content");

/** How an endpoint that speaks no protocol of ours is asked. No key stands in it: `{{key}}` is what the variable holds. */
const HttpTemplate = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).username + new URL(url).password === "", {
    message: "takes no user and password: name the key by keyVariable",
  }),
  keyVariable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .optional(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
  answer: Path,
  /** Where it says what it really ran. */
  version: Path.optional(),
  tokens: z.strictObject({ input: Path, output: Path }).optional(),
});
export type HttpTemplate = z.infer<typeof HttpTemplate>;

/** What `{{...}}` in a body may stand for. */
interface RequestValues {
  readonly system: string;
  /** All that is said, the system's part first; images are named where they belong. */
  readonly prompt: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** Base64, without a prefix; the first one, and all. */
  readonly image: string | null;
  readonly images: readonly string[];
  /** `data:image/jpeg;base64,...` */
  readonly imageUrls: readonly string[];
  readonly seed: number | null;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
}

const NAMES = ["system", "prompt", "messages", "image", "images", "imageUrls", "seed", "temperature", "maxTokens"];
const PLACEHOLDER = /\{\{\s*([A-Za-z]+)\s*\}\}/g;

/** Reads a template. @throws {ConfigurationError} if there is none, or it would ask for nothing. */
export async function readHttpTemplate(path: string): Promise<HttpTemplate> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot ask by template as ${reason}: \`${path}\``, options);
  const text = await readText(path).catch((cause: unknown) => {
    throw refuse(whyRefused(cause), { cause });
  });
  let data: unknown;
  try {
    data = parseYaml(text);
    JSON.stringify(data); // what holds itself has no end
  } catch (cause) {
    throw refuse("it is not YAML, or holds itself by an alias", { cause });
  }
  const parsed = HttpTemplate.safeParse(data, { reportInput: true });
  if (!parsed.success) throw refuse(`it is none (${issueInWords(parsed.error)})`);
  const names = placeholdersIn(parsed.data.body);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown === "key") throw refuse("a key belongs into headers, which no run keeps, and not into the body");
  if (unknown !== undefined) throw refuse(`{{${unknown}}} stands for nothing: there are ${NAMES.join(", ")}`);
  if (!names.includes("prompt") && !names.includes("messages")) {
    throw refuse("its body says nothing of what is asked: put {{prompt}} or {{messages}} into it");
  }
  const { headers, keyVariable } = parsed.data;
  const inHeaders = placeholdersIn(headers);
  const other = inHeaders.find((name) => name !== "key");
  if (other !== undefined) throw refuse(`{{${other}}} is in its headers, in which {{key}} alone stands for something`);
  if (keyVariable === undefined && inHeaders.length > 0) {
    throw refuse("its headers have {{key}}, and no keyVariable says which");
  }
  return parsed.data;
}

/** Whether images are sent by it. */
export function showsImages({ body }: HttpTemplate): boolean {
  return placeholdersIn(body).some((name) => name === "image" || name === "images" || name === "imageUrls");
}

export function placeholdersIn(value: unknown): string[] {
  if (typeof value === "string") return [...value.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(placeholdersIn) : [];
}

/** The template with its placeholders filled: one that is all of a text becomes the value itself, a number or a list. */
export function filled(template: unknown, values: object): unknown {
  const known = values as Readonly<Record<string, unknown>>;
  if (typeof template === "string") {
    const [whole, name = ""] = /^\{\{\s*([A-Za-z]+)\s*\}\}$/.exec(template) ?? [];
    if (whole !== undefined) return known[name];
    return template.replace(PLACEHOLDER, (_all, inner: string) => {
      const value = known[inner];
      return typeof value === "string" ? value : JSON.stringify(value);
    });
  }
  if (Array.isArray(template)) return template.map((one) => filled(one, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, one]) => [key, filled(one, values)]));
}

/** What stands at a path, numbers being places of lists; `undefined` where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    return (inner as Readonly<Record<string, unknown>>)[key];
  }, value);
}

/** What a conversation says, for endpoints that know no conversations. */
export function valuesOf(
  messages: readonly ChatMessage[],
  settings: Pick<RequestValues, "seed" | "temperature" | "maxTokens">,
): RequestValues {
  const images: { readonly mimeType: string; readonly base64: string }[] = [];
  const said = messages.map((message) => {
    if (message.role === "user") {
      const parts = message.parts.map((part) => {
        if (part.type === "text") return part.text;
        images.push({ mimeType: part.view.mimeType, base64: Buffer.from(part.view.data).toString("base64") });
        return `[image ${images.length}]`;
      });
      return { role: "user", content: parts.join("\n\n") };
    }
    return { role: message.role, content: message.text };
  });
  const before = (role: string) => (role === "assistant" ? "Your answer before: " : "");
  return {
    system: said.flatMap(({ role, content }) => (role === "system" ? [content] : [])).join("\n\n"),
    prompt: said.map(({ role, content }) => `${before(role)}${content}`).join("\n\n"),
    messages: said,
    image: images[0]?.base64 ?? null,
    images: images.map(({ base64 }) => base64),
    imageUrls: images.map(({ mimeType, base64 }) => `data:${mimeType};base64,${base64}`),
    ...settings,
  };
}
