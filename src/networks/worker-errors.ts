import {
  ConfigurationError,
  ImageDecodeError,
  InferenceError,
  JudgmentError,
  KuleshovError,
  ModelFileError,
  ProviderError,
  ToolInputError,
} from "../domain/errors.ts";

/** An error as plain data: worker threads would otherwise hand over its message and lose its class and fields. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<string, { readonly prototype: Error }>> = {
  KuleshovError,
  ImageDecodeError,
  ModelFileError,
  InferenceError,
  ToolInputError,
  JudgmentError,
  ProviderError,
  ConfigurationError,
  RangeError,
  TypeError,
};

const CARRIED_APART = new Set(["name", "message", "stack", "cause"]);

/** Fields that are plain values are kept; anything else (sockets, sessions) stays in the thread it belongs to. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown), stack: undefined, fields: {} };
  const fields = Object.entries(thrown).filter(([key, value]) => !CARRIED_APART.has(key) && isPlain(value));
  return { name: thrown.name, message: thrown.message, stack: thrown.stack, fields: Object.fromEntries(fields) };
}

/** The error again, of the same class, with the stack of the thread that threw it. */
export function fromErrorRecord({ name, message, stack, fields }: ErrorRecord): Error {
  const kind = KINDS[name];
  const error = new Error(message);
  if (kind === undefined) error.name = name;
  else Object.setPrototypeOf(error, kind.prototype);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields, kind !== undefined && kind.prototype instanceof KuleshovError ? { name } : {});
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  return value === null || ["string", "number", "boolean", "undefined"].includes(typeof value);
}
