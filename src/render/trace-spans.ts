import { createHash } from "node:crypto";
import type { Report } from "../domain/report.ts";
import { timedSteps } from "../domain/trace-tree.ts";

/** The conventions whose names are used: spans of generative models, agents and tools. */
const SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0";

type Value = string | number | readonly string[] | null | undefined;

interface Span {
  readonly name: string;
  /** 1 internal, 3 client. */
  readonly kind: 1 | 3;
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, Value>>;
}

/**
 * A judgment as OpenTelemetry spans in OTLP's JSON, one request of one span to a line, as the Collector's
 * `otlpjsonfile` receiver reads them: `invoke_agent`, and below it a `chat` for every answer of the model and an
 * `execute_tool` for every call, by the GenAI conventions. Images are named, not included.
 */
export function traceSpans(report: Report): string {
  const { provenance } = report;
  const { model, timingsMs, tokens, createdAt, kuleshovVersion } = provenance;
  const [provider = "", requested = model.id] = model.id.split(/:(.*)/s);
  const endMs = Date.parse(createdAt);
  const beganMs = endMs - timingsMs.judge;
  const asked = report.panel ? {} : { "gen_ai.provider.name": provider, "gen_ai.request.model": requested };
  const whole: Span = {
    name: "invoke_agent kuleshov",
    kind: 1,
    index: 0,
    startMs: beganMs,
    endMs,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "kuleshov",
      "gen_ai.agent.version": kuleshovVersion,
      ...asked,
      "gen_ai.usage.input_tokens": tokens.input,
      "gen_ai.usage.cache_read.input_tokens": tokens.cached,
      "gen_ai.usage.output_tokens": tokens.output,
    },
  };
  const server = provenance.sent[0]?.server;
  const steps = timedSteps(report).map((step, at): Span => {
    const time = {
      index: at + 1,
      startMs: beganMs + step.beganMs,
      endMs: beganMs + step.beganMs + (step.durationMs ?? 0),
    };
    if (step.type === "tool")
      return { name: `execute_tool ${step.name}`, kind: 1, ...time, attributes: toolAttributes(step) };
    if (step.type === "complaint")
      return { name: "complaint", kind: 1, ...time, attributes: { "kuleshov.complaint": step.output } };
    const [provider = "", requested = step.name] = step.name.split(/:(.*)/s);
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": requested,
      "kuleshov.of": step.of,
      "gen_ai.response.model": model.fingerprint,
      "gen_ai.request.temperature": model.temperature,
      "gen_ai.request.seed": step.of === undefined ? model.seed : undefined,
      "gen_ai.usage.input_tokens": step.tokens?.input,
      "gen_ai.usage.cache_read.input_tokens": step.tokens?.cached,
      "gen_ai.usage.output_tokens": step.tokens?.output,
      "gen_ai.output.messages": JSON.stringify([
        { role: "assistant", parts: [{ type: "text", content: step.output }] },
      ]),
      "server.address": server === undefined || !URL.canParse(server) ? undefined : new URL(server).hostname,
    };
    return { name: `chat ${requested}`, kind: 3, ...time, attributes };
  });
  const traceId = idOf(32, createdAt, provenance.image.sha256, provenance.question, model.id);
  return [whole, ...steps].map((span) => line(span, traceId, kuleshovVersion)).join("");
}

function toolAttributes({ name, input, output, images }: Report["trace"][number]): Span["attributes"] {
  return {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": name,
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.arguments": input,
    "gen_ai.tool.call.result": output,
    "kuleshov.images": images.length === 0 ? undefined : images,
  };
}

function line({ name, kind, index, startMs, endMs, attributes }: Span, traceId: string, version: string): string {
  const span = {
    traceId,
    spanId: idOf(16, traceId, String(index)),
    ...(index === 0 ? {} : { parentSpanId: idOf(16, traceId, "0") }),
    name,
    kind,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: keyValues(attributes),
    status: {},
  };
  const scopeSpans = [{ scope: { name: "kuleshov", version }, spans: [span], schemaUrl: SCHEMA_URL }];
  const resource = { attributes: keyValues({ "service.name": "kuleshov", "service.version": version }) };
  return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] })}\n`;
}

function keyValues(attributes: Readonly<Record<string, Value>>): object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

/** Whole numbers are text in OTLP's JSON. */
function anyValue(value: string | number | readonly string[]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value !== "number") return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

/** The same report has the same ids. */
function idOf(digits: number, ...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, digits);
}
