import { z } from "zod";
import type { ProviderError } from "../../domain/errors.ts";
import {
  faultOfAnswer,
  faultOfConnection,
  faultOfProtocol,
  faultOfTimeout,
  type ServerName,
} from "../model-server/server-fault.ts";
import { retryAfterMs } from "../model-server/with-retries.ts";

const HttpFailure = z.looseObject({
  status: z.number(),
  headers: z.instanceof(Headers).optional(),
  code: z.unknown(),
  message: z.string(),
  error: z.unknown(),
});

/** Undici's own limits, which the SDK's timeout does not raise. */
const UNDICI_TIMEOUT_MS = 300_000;

/** Sorts what the SDK throws. The SDK's error is not kept as a cause: it may repeat the key. */
export function openAiFault(error: unknown, name: ServerName): ProviderError {
  const failure = HttpFailure.safeParse(error);
  if (failure.success) {
    const { status, headers, code } = failure.data;
    return faultOfAnswer(name, {
      status,
      message: messageOf(failure.data),
      code: typeof code === "string" ? code : undefined,
      retryAfterMs: headers === undefined ? undefined : retryAfterMs(headers),
    });
  }
  if (error instanceof SyntaxError) return faultOfProtocol(name, "JSON that is cut short or malformed");
  const code = nodeCodeIn(error);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return faultOfTimeout(name, UNDICI_TIMEOUT_MS);
  return faultOfConnection(name, code, isTermination(error) ? "answering" : "connecting");
}

/** The server's own sentence. Without a body the SDK makes one of the status, and an HTML body is no sentence. */
function messageOf({ error, message }: z.infer<typeof HttpFailure>): string {
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  const text = message.replace(/^\d{3}\s*/, "");
  return /^\s*<|no body/.test(text) ? "" : text;
}

function nodeCodeIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
    if (cause instanceof AggregateError) return nodeCodeIn(cause.errors[0]);
  }
  return undefined;
}

/** undici says "terminated" when the body breaks off. */
function isTermination(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/terminated|other side closed|premature close/i.test(cause.message)) return true;
  }
  return false;
}
