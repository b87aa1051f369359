import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createGgufJudge } from "../../../src/adapters/gguf/gguf-judge.ts";
import { ProviderError } from "../../../src/domain/errors.ts";
import { CHAT_MODEL, ggufBytes } from "../../support/gguf-bytes.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const PACKAGE = resolve("test/support/fake-llama.cjs");
const PROJECTOR = { "general.architecture": "clip", "clip.has_vision_encoder": true };

async function modelFiles(): Promise<{ folder: string; model: string; projector: string }> {
  const folder = await tempFolder();
  const [model, projector] = [join(folder, "face+brow.gguf"), join(folder, "mmproj.gguf")];
  await writeFile(model, ggufBytes(CHAT_MODEL));
  await writeFile(projector, ggufBytes(PROJECTOR));
  return { folder, model, projector };
}

const open = (spec: string, options: { timeoutMs?: number } = {}) =>
  createGgufJudge(
    spec,
    { temperature: 0, retries: { tries: 1, firstWaitMs: 1, longestWaitMs: 1 }, ...options },
    { runner: PACKAGE },
  );
const says = (text: string) => ({ messages: [{ role: "user" as const, parts: [{ type: "text" as const, text }] }] });

describe("files of a model", () => {
  it.each<[string, Buffer | null, RegExp]>([
    ["is not there", null, /as there is no such file/],
    ["is something else", Buffer.from("PK\u0003\u0004 and so on, for a while"), /as it is no GGUF file/],
    ["ends in its header", ggufBytes(CHAT_MODEL).subarray(0, 90), /as it is cut off, as by an unfinished download/],
    ["ends in its weights", ggufBytes(CHAT_MODEL, 5e5).subarray(0, 1e6), /as it is cut off at 1 of 2 MB: get it again/],
    ["is a projector", ggufBytes(PROJECTOR), /as it is a projector: name the model first/],
    ["cannot be asked", ggufBytes({ "general.architecture": "llama" }), /as it has no chat template/],
    ["is a later part", ggufBytes({ ...CHAT_MODEL, "split.no": 1 }), /as it is a later part of a model in parts/],
  ])("are refused before native code sees them: one that %s", async (_what, bytes, sentence) => {
    const path = join(await tempFolder(), "model.gguf");
    if (bytes !== null) await writeFile(path, bytes);
    await expect(open(path)).rejects.toMatchObject({ code: "configuration", message: expect.stringMatching(sentence) });
  });

  it("are refused when they are no files, or no projector stands after the plus", async () => {
    const { folder, model } = await modelFiles();
    await expect(open(folder)).rejects.toThrow("as it is a folder, not a file");
    await expect(open(`${model}+${model}`)).rejects.toThrow('as it is a "llama" model and no projector');
  });

  it("need the package that runs them, which is named", async () => {
    const { model } = await modelFiles();
    await expect(createGgufJudge(model, {}, { runner: "@fugood/llama.nude" })).rejects.toThrow(
      /needs the package @fugood\/llama.nude, which is not installed: run `npm install @fugood\/llama.nude`/,
    );
  });
});

describe("a model from a file", () => {
  it("is asked in a process of its own, with the schema as grammar and images where it has eyes", async () => {
    const { model, projector } = await modelFiles();
    const judge = await open(`${model}+${projector}`);
    expect(judge).toMatchObject({
      remote: false,
      capabilities: { tools: true, vision: true, structuredOutput: "without-tools", contextTokens: 4096 },
      identity: { digest: expect.stringMatching(/^[0-9a-f]{64} [0-9a-f]{64}$/) },
    });
    const answer = { name: "choice", description: "One.", schema: { type: "object" } };
    const { text, tokens } = await judge.reply({ ...says("Look."), answer });
    const { asked, contextTokens } = JSON.parse(text);
    expect(asked).toMatchObject({
      jinja: true,
      temperature: 0,
      response_format: { type: "json_schema", json_schema: { schema: { type: "object" } } },
    });
    expect(asked).not.toHaveProperty("stream");
    expect({ tokens, contextTokens }).toEqual({ tokens: { input: 27, output: 22 }, contextTokens: 4096 });
  });

  it("is started anew after a crash, which is told in one sentence", async () => {
    const { model } = await modelFiles();
    const judge = await open(model);
    await expect(judge.reply(says("crash"))).rejects.toThrow(
      /^The process that runs face\+brow\.gguf crashed \(SIGSEGV\) while it answered: try again/,
    );
    expect((await judge.reply(says("Look."))).text).toContain("Look.");
    expect((await readFile(`${model}.log`, "utf8")).trim().split("\n")).toHaveLength(2);
  });

  it("is ended when it takes too long, and when nobody waits any more", async () => {
    const { model } = await modelFiles();
    await expect((await open(model, { timeoutMs: 500 })).reply(says("hang"))).rejects.toThrow(
      /gave no complete answer within 1 s: allow more with --timeout/,
    );
    const judge = await open(model);
    const stop = new AbortController();
    const asked = judge.reply(says("hang"), stop.signal);
    stop.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    expect((await judge.reply(says("Look."))).text).toContain("Look.");
  });

  it.each([
    ["crashes", /crashed \(SIGSEGV\) while it read the file: try another file of this model/],
    ["refused", /failed \("Failed to load model"\): try another file/],
  ])("says what is wrong where its file %s", async (what, sentence) => {
    const path = join(await tempFolder(), `${what}.gguf`);
    await writeFile(path, ggufBytes(CHAT_MODEL));
    await expect(open(path)).rejects.toThrow(sentence);
  });

  it("says that a conversation is too long for it", async () => {
    const { model } = await modelFiles();
    const error = await (await open(model)).reply(says("too long")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(/longer than it can read/);
  });
});
