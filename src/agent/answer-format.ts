import { z } from "zod";

/** The structured answer that a conversation is to end with. */
export interface AnswerShape {
  /** Snake case; the name of the schema at a provider, or of the tool that takes the answer. */
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/**
 * How the answer is asked for: by a provider's JSON schema, as one more tool, or in words only, for servers that take
 * neither.
 */
export type AnswerFormat = "provider" | "tool" | "text";

/**
 * The schema as strict providers take it: JSON Schema without the dialect line and without string lengths, which several
 * of them refuse. Zod still checks those.
 */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    reused: "inline",
    override({ jsonSchema }) {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
    },
  });
  return rest;
}

/** The call option that asks for it, in the wire format that @langchain/openai passes on and our Ollama model reads. */
export function responseFormatOf(shape: AnswerShape) {
  return {
    type: "json_schema" as const,
    json_schema: {
      name: shape.name,
      description: shape.description,
      schema: jsonSchemaOf(shape.schema),
      strict: true,
    },
  };
}

/**
 * Reads a JSON object out of what a model wrote: the whole text, a fenced block, or from the first brace to the last.
 * `undefined` when there is none.
 */
export function jsonIn(text: string): unknown {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1];
  const braced = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, fenced, braced]) {
    const value = parseObject(candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}

function parseObject(text: string | undefined): object | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
