import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTools } from "../../src/agent/tool-list.ts";
import { createFindExemplars } from "../../src/agent/tools/find-exemplars.ts";
import { Judgment } from "../../src/domain/judgment.ts";
import { jsonSchemaOf } from "../../src/judging/answer-format.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";

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

describe("the schema of a judgment", () => {
  const schema = jsonSchemaOf(Judgment);

  it("is taken by strict providers", () => {
    expect(refusedIn(schema)).toEqual([]);
    expect(depthOf(schema)).toBeLessThanOrEqual(10);
  });
});

describe("the arguments of every tool", () => {
  it("are taken by strict providers", async () => {
    const findExemplars = createFindExemplars({ choose: async () => ({ exemplars: [], warnings: [] }) });
    const tools = createTools(await loadPromptLibrary(ownPath("prompts")), [findExemplars]);
    for (const { name, schema } of tools) expect([name, refusedIn(jsonSchemaOf(schema))]).toEqual([name, []]);
  });
});

describe("the check itself", () => {
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
