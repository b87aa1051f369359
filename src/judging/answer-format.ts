import { z } from "zod";
import type { AnswerSchema, JsonSchema } from "../ports/chat-model.ts";

/** The structured answer that a conversation is to end with. */
export interface AnswerShape {
  /** Snake case; the name of the schema at a provider, or of the tool that takes the answer. */
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

const made = new WeakMap<z.ZodType, JsonSchema>();

/**
 * The schema as strict providers take it: JSON Schema without the dialect line and without string lengths, which several
 * of them refuse. Zod still checks those.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    reused: "inline",
    override({ jsonSchema }) {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
    },
  });
  made.set(schema, rest);
  return rest;
}

/** The same with its name, as a request carries it. */
export function answerSchemaOf({ name, description, schema }: AnswerShape): AnswerSchema {
  return { name, description, schema: jsonSchemaOf(schema) };
}
