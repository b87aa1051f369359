import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createHttpTextEmbedder,
  type HttpEmbedderOptions,
} from "../../../src/adapters/embeddings/http-text-embedder.ts";

interface Request {
  readonly model: string;
  readonly input: readonly string[];
}
interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** A loopback server that speaks the embeddings protocol; it remembers what it was asked. */
async function serverThat(answer: (request: Request, index: number) => Answer) {
  const asked: { readonly body: Request; readonly key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      const body = JSON.parse(text) as Request;
      asked.push({ body, key: request.headers.authorization });
      const reply = answer(body, asked.length - 1);
      response.writeHead(request.url === "/v1/embeddings" ? (reply.status ?? 200) : 404);
      response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { asked, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

/** Longer texts point more to the first axis. Entries come back in reverse order, as the protocol allows. */
const embedded = ({ input }: Request): Answer => ({
  body: { data: input.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse() },
});

const embedder = (baseUrl: string, parts: Partial<HttpEmbedderOptions> = {}) =>
  createHttpTextEmbedder({
    id: "ollama:test",
    model: "test",
    baseUrl,
    retries: { tries: 2, firstWaitMs: 1, longestWaitMs: 5 },
    ...parts,
  });

describe("an embedding server", () => {
  it("gives one unit vector per text, in the order of the texts", async () => {
    const { baseUrl, asked } = await serverThat(embedded);
    const vectors = await embedder(baseUrl, { apiKey: "sk-secret" }).embedTexts(["abc", "a"]);
    expect(vectors).toEqual([
      Float32Array.of(3 / Math.hypot(3, 1), 1 / Math.hypot(3, 1)),
      Float32Array.of(Math.SQRT1_2, Math.SQRT1_2),
    ]);
    expect(asked).toEqual([
      { body: { model: "test", input: ["abc", "a"], encoding_format: "float" }, key: "Bearer sk-secret" },
    ]);
  });

  it("is asked in batches and not at all for nothing", async () => {
    const { baseUrl, asked } = await serverThat(embedded);
    const texts = Array.from({ length: 130 }, (_, n) => "x".repeat(n + 1));
    expect(await embedder(baseUrl).embedTexts(texts)).toHaveLength(130);
    expect(asked.map(({ body }) => body.input.length)).toEqual([64, 64, 2]);
    expect(await embedder(baseUrl).embedTexts([])).toEqual([]);
  });

  it("is asked again after a failure that may pass", async () => {
    const { baseUrl } = await serverThat((request, index) =>
      index === 0 ? { status: 503, body: "" } : embedded(request),
    );
    expect(await embedder(baseUrl).embedTexts(["a"])).toHaveLength(1);
  });

  it.each<[string, Answer, RegExp]>([
    [
      "refuses the key",
      { status: 401, body: { error: { message: "bad key sk-secret" } } },
      /refused the key: check OPENAI_API_KEY/,
    ],
    ["has no such model", { status: 404, body: { error: "model not found" } }, /has no model "test"/],
    ["answers with a web page", { body: "<html>login</html>" }, /web page instead of JSON/],
    ["answers with other JSON", { body: { ok: true } }, /no list of embeddings/],
    ["leaves a text out", { body: { data: [] } }, /fewer embeddings than texts/],
    ["gives zeros", { body: { data: [{ index: 0, embedding: [0, 0] }] } }, /nothing but zeros/],
  ])("is reported in one sentence when it %s", async (_name, answer, message) => {
    const { baseUrl } = await serverThat(() => answer);
    const failing = embedder(baseUrl, { apiKey: "sk-secret" }).embedTexts(["a"]);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.not.toThrow(/sk-secret/);
  });

  it("is reported when nobody is there", async () => {
    await expect(embedder("http://127.0.0.1:9/v1").embedTexts(["a"])).rejects.toThrow(/cannot be reached/);
  });

  it("knows whether texts leave this machine", () => {
    expect(embedder("http://127.0.0.1:11434/v1").remote).toBe(false);
    expect(embedder("https://api.example.com/v1").remote).toBe(true);
  });
});
