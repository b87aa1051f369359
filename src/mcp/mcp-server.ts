import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { AgentTool, ToolContext } from "../agent/agent-tool.ts";
import { type AskQuery, ask } from "../ask.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import { KuleshovError, ToolInputError } from "../domain/errors.ts";
import { Grounding, supportShares } from "../domain/grounding.ts";
import type { ImageView } from "../domain/image.ts";
import { Judgment } from "../domain/judgment.ts";
import { Provenance, type Report } from "../domain/report.ts";
import { placeInside } from "../platform/root-folder.ts";
import { systemErrorSentence } from "../platform/system-error.ts";
import { visibleText } from "../platform/visible-text.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import type { ImageSessions } from "./image-sessions.ts";
import { instructions, registerTexts } from "./offered-texts.ts";

/** How a client is told to have another folder read. */
const OTHER_ROOT = "kuleshov mcp --root names another";

interface McpServerDependencies {
  readonly sessions: ImageSessions;
  /** The list that the agent loop uses too. */
  readonly tools: readonly AgentTool[];
  readonly ask: AskDependencies;
  readonly askDescription: string;
  /** The folder that clients may name images and clips in, as `realpath` gives it. No other file is read for them. */
  readonly root: string;
  /** Told of bugs; clients are told only that there was one. */
  readonly onBug: (error: unknown) => void;
}

const INPUT_PATH = "Path of an image or clip on the server's machine";
const IMAGE_ARGUMENT = z.string().min(1).describe(INPUT_PATH);

const TRANSCRIPT_ARGUMENT = z
  .string()
  .min(1)
  .optional()
  .describe("Path of a transcript of the clip (WebVTT, SubRip, table, JSON, TextGrid), once: later calls keep it");

/** Offers the agent's tools, and `ask` itself, to an MCP client, with schemas, structured results and images. */
export function createMcpServer(dependencies: McpServerDependencies): McpServer {
  const server = new McpServer(
    { name: "kuleshov", version: dependencies.ask.version },
    {
      capabilities: { tools: {}, prompts: {}, resources: {} },
      instructions: instructions(dependencies.ask.prompts, dependencies.root),
    },
  );
  registerTexts(server, dependencies.ask.prompts);
  for (const tool of dependencies.tools) registerTool(server, tool, dependencies);
  server.registerTool(
    "ask",
    { description: dependencies.askDescription, inputSchema: AskInput, outputSchema: AskOutput },
    (input, { mcpReq }) =>
      answered(dependencies, async () => {
        const image = await placeInside(dependencies.root, input.image, OTHER_ROOT);
        const { transcript } = input;
        const words = transcript === undefined ? {} : { transcript: await transcriptAt(transcript, dependencies.root) };
        const output = await runAsk({ ...input, ...words, image }, dependencies.ask, mcpReq.signal);
        return { content: [textContent(askText(output))], structuredContent: { ...output } };
      }),
  );
  return server;
}

function registerTool(server: McpServer, tool: AgentTool, dependencies: McpServerDependencies): void {
  const needs = { image: IMAGE_ARGUMENT, ...(tool.only === "clip" ? { transcript: TRANSCRIPT_ARGUMENT } : {}) };
  const inputSchema = tool.needsImage ? tool.schema.extend(needs) : tool.schema;
  server.registerTool(
    tool.name,
    { description: tool.description, inputSchema, outputSchema: tool.output },
    (input, { mcpReq }) =>
      answered(dependencies, async () => {
        const { image, transcript, ...rest } = input as { image?: string; transcript?: string };
        const toolContext =
          image === undefined ? NO_IMAGE : await opened({ image, transcript }, dependencies, mcpReq.signal);
        const { text, output, views = [] } = await tool.run(rest, toolContext, mcpReq.signal);
        return {
          content: [textContent(text), ...views.flatMap(imageContent)],
          structuredContent: { ...output },
        };
      }),
  );
}

async function opened(
  { image, transcript }: { readonly image: string; readonly transcript: string | undefined },
  { root, sessions }: McpServerDependencies,
  signal: AbortSignal,
) {
  const place = await placeInside(root, image, OTHER_ROOT);
  return sessions.open(place, transcript && (await transcriptAt(transcript, root)), signal);
}

/** Of a client words would be taken for what somebody says. */
function transcriptAt(path: string, root: string): Promise<string> {
  if (isTranscriptFile(path)) return placeInside(root, path, OTHER_ROOT, "transcript");
  throw new ToolInputError(`Cannot read transcript as its name does not end like one: \`${path}\``);
}

/** Clients may print it as it is. */
function textContent(text: string): { type: "text"; text: string } {
  return { type: "text", text: visibleText(text) };
}

/** A tool that needs no image gets none, and says so in its definition. */
const NO_IMAGE: ToolContext = new Proxy({} as ToolContext, {
  get(_context, field) {
    throw new TypeError(`A tool without an image looked for ${String(field)}`);
  },
});

function imageContent({ mimeType, data, caption }: ImageView): CallToolResult["content"] {
  return [textContent(`Image: ${caption}`), { type: "image", mimeType, data: Buffer.from(data).toString("base64") }];
}

/** Expected failures become an answer with one sentence; a bug is told to the operator, not to the client. */
async function answered(
  { onBug }: Pick<McpServerDependencies, "onBug">,
  work: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof KuleshovError ? error.message : systemErrorSentence(error);
    if (sentence !== undefined) return failure(sentence);
    onBug(error);
    return failure("Kuleshov failed on this call, and that is its own fault: see the server's log");
  }
}

function failure(text: string): CallToolResult {
  return { isError: true, content: [textContent(text)] };
}

/** Arguments of the `ask` tool. */
const AskInput = z.strictObject({
  image: IMAGE_ARGUMENT,
  question: z.string().min(1).optional().describe("What to judge; what emotions are shown, unless told"),
  context: z.string().optional().describe("What is known of the situation, in words"),
  transcript: TRANSCRIPT_ARGUMENT,
  labels: z.array(z.string().min(1)).min(1).optional().describe("Labels to choose from; open unless told"),
});
type AskInput = z.infer<typeof AskInput>;

/** A report without landmarks, trace and evidence list, which a client reads through the other tools. */
const AskOutput = z.strictObject({
  judgment: Judgment,
  grounding: Grounding,
  warnings: z.array(z.string()),
  provenance: Provenance,
});
type AskOutput = z.infer<typeof AskOutput>;

/** Lets Kuleshov's own model judge the image or clip. */
async function runAsk(input: AskInput, dependencies: AskDependencies, signal?: AbortSignal): Promise<AskOutput> {
  const { image, ...rest } = input;
  const query: AskQuery = { image: image, ...rest };
  const { judgment, grounding, warnings, provenance } = await ask(query, dependencies, signal);
  return { judgment, grounding, warnings, provenance };
}

/** The judgment as a few plain lines: the answer, the integrated readings, and how well the claims hold. */
function askText({ judgment, grounding, warnings }: Pick<Report, "judgment" | "grounding" | "warnings">): string {
  const readings = judgment.subjects.map(({ faceId, integrated }) => {
    const labels = integrated.distribution.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`);
    return `${faceId ?? "The scene"}: ${labels.length > 0 ? labels.join(", ") : `abstained (${integrated.abstention})`}`;
  });
  const { agreesWithMeasurements, citesEvidence } = supportShares(grounding);
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const held =
    grounding.shares === null
      ? "Ungrounded: it makes no claim that could be checked"
      : `Of its claims ${percent(agreesWithMeasurements)} agree with measurements, ${percent(citesEvidence)} cite evidence`;
  const contradicted = grounding.claims
    .filter(({ verdict }) => verdict === "contradicted")
    .map(({ statement, reason }) => `Contradicted: "${statement}" (${reason})`);
  return [judgment.answer, ...readings, held, ...contradicted, ...warnings].join("\n");
}
