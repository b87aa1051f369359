import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { JUDGMENT_ANSWER } from "../../src/agent/fitted-question.ts";
import { createTools } from "../../src/agent/tool-list.ts";
import { createFindExemplars } from "../../src/agent/tools/find-exemplars.ts";
import { CATEGORY_ANSWER } from "../../src/discovery/name-with-model.ts";
import { RATINGS_ANSWER } from "../../src/evaluation/judge/judge-calls.ts";
import { gradesAnswer } from "../../src/evaluation/judge/rubric-calls.ts";
import { choiceAnswer } from "../../src/evaluation/solvers/choice-reply.ts";
import { jsonSchemaOf } from "../../src/judging/answer-format.ts";
import { BRIEF_ANSWER } from "../../src/judging/brief-judgment.ts";
import { CHOICE } from "../../src/judging/probe/try-words.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { choiceAmong } from "../../src/judging/weigh-claims.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { lackingIn } from "../support/grammar-patterns.ts";

/** What strict modes of providers take; whatever else stands in a schema makes them refuse it. */
const TAKEN = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "description"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern"],
]);

/** Everything in a JSON schema that a strict provider refuses, by path. */
function refusedIn(schema: unknown, path = "$"): string[] {
  if (Array.isArray(schema)) return schema.flatMap((each, index) => refusedIn(each, `${path}[${index}]`));
  if (typeof schema !== "object" || schema === null) return [];
  const { properties, required, additionalProperties, type, ...rest } = schema as Record<string, unknown>;
  const names = Object.keys((properties ?? {}) as object);
  const complaints = Object.keys(rest)
    .filter((key) => !TAKEN.has(key))
    .map((key) => `${path}.${key} is not taken`);
  if (type === "object" && additionalProperties !== false) complaints.push(`${path} takes additional properties`);
  const optional = names.filter((name) => !((required ?? []) as string[]).includes(name));
  complaints.push(...optional.map((name) => `${path}.${name} is optional`));
  const inner = Object.entries((properties ?? {}) as object).flatMap(([name, each]) =>
    refusedIn(each, `${path}.${name}`),
  );
  return [
    ...complaints,
    ...inner,
    ...refusedIn(rest.items, `${path}.items`),
    ...refusedIn(rest.anyOf, `${path}.anyOf`),
  ];
}

/** Deepest nesting of objects and arrays; OpenAI takes ten levels. */
function depthOf(schema: unknown): number {
  if (typeof schema !== "object" || schema === null) return 0;
  const depth = Math.max(0, ...Object.values(schema).map(depthOf));
  const { type } = schema as { type?: unknown };
  return depth + (type === "object" || type === "array" ? 1 : 0);
}

const findExemplars = createFindExemplars({ choose: async () => ({ exemplars: [], warnings: [] }) });
const tools = createTools(await loadPromptLibrary(ownPath("prompts")), [findExemplars]);

/** Every schema that is sent to a model. */
const SENT: readonly { readonly name: string; readonly schema: z.ZodType }[] = [
  JUDGMENT_ANSWER,
  { ...BRIEF_ANSWER, name: "brief judgment" },
  CATEGORY_ANSWER,
  RATINGS_ANSWER,
  gradesAnswer([{ name: "clear", rubric: "Is it clear?", levels: ["no", "partly", "yes"] }]),
  CHOICE,
  choiceAmong(["C1", "C2"].map((id) => ({ id }))),
  choiceAnswer(["AU6", 'AU12 \\d "quoted"']),
  ...tools,
];

describe("the schema of every answer and tool that is sent", () => {
  it.each(SENT)("is taken by strict providers: $name", ({ schema }) => {
    expect(refusedIn(jsonSchemaOf(schema))).toEqual([]);
    expect(depthOf(jsonSchemaOf(schema))).toBeLessThanOrEqual(10);
  });

  it.each(SENT)("has no pattern that an engine's grammar lacks: $name", ({ schema }) => {
    expect(lackingIn(jsonSchemaOf(schema))).toEqual([]);
  });

  it("is in this list, whichever file makes it", async () => {
    const files = (await readdir(ownPath("src"), { recursive: true })).filter((name) => name.endsWith(".ts"));
    const texts = await Promise.all(files.map(async (name) => [name, await readFile(ownPath("src", name), "utf8")]));
    const makers = texts.filter(([, text]) => /\bjsonSchemaOf\(|: AnswerShape (?:=|\{)/.test(text ?? ""));
    expect(makers.map(([name]) => name).sort()).toEqual([
      "agent/conversation.ts", // the answer, as a tool
      "agent/fitted-question.ts",
      "agent/model-bridge.ts", // the tools
      "discovery/name-with-model.ts",
      "evaluation/judge/judge-calls.ts",
      "evaluation/judge/rubric-calls.ts",
      "evaluation/solvers/choice-reply.ts",
      "judging/answer-format.ts",
      "judging/brief-judgment.ts",
      "judging/probe/try-tools.ts", // a card with two names
      "judging/probe/try-words.ts",
      "judging/weigh-claims.ts",
    ]);
  });
});

describe("the check itself", () => {
  it.each(["^E\\d+$", "^\\w+$", "^a\\s$", "^\\bE1$", "^(?=E)E1$", "^(?:E1)$", "^(.)\\1$", "^a+?$", "E1$", "^E1"])(
    "finds what grammars lack: %s",
    (pattern) => {
      expect(lackingIn({ properties: { id: { type: "string", pattern } } })).toHaveLength(1);
    },
  );

  it("lets pass what they have", () => {
    expect(lackingIn({ pattern: "^E[1-9][0-9]*$" })).toEqual([]);
    expect(lackingIn({ pattern: "^AU([1-9]|[1-9][0-9])$" })).toEqual([]);
  });

  it.each([
    ["an optional field", z.strictObject({ a: z.string().optional() }), "$.a is optional"],
    ["a default", z.strictObject({ a: z.string().default("x") }), "$.a.default is not taken"],
    ["a record", z.strictObject({ a: z.record(z.string(), z.number()) }), "$.a takes additional properties"],
    ["a tuple", z.strictObject({ a: z.tuple([z.string()]) }), "$.a.prefixItems is not taken"],
    ["a loose object", z.looseObject({ a: z.string() }), "$ takes additional properties"],
    [
      "a discriminated union",
      z.strictObject({
        a: z.discriminatedUnion("t", [z.strictObject({ t: z.literal("x") }), z.strictObject({ t: z.literal("y") })]),
      }),
      "$.a.oneOf is not taken",
    ],
  ])("finds %s", (_case, schema, complaint) => {
    expect(refusedIn(z.toJSONSchema(schema))).toContain(complaint);
  });
});
