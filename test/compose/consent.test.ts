import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import * as exemplars from "../../src/cli/exemplars.ts";
import { CONSENT_FILE } from "../../src/compose/consent.ts";
import { openModel, openTextEmbedder } from "../../src/compose/models.ts";
import { startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** 0.0.0.0 leads to this machine and is no loopback address: a server that counts as being elsewhere. */
const elsewhere = (url: string) => url.replace("127.0.0.1", "0.0.0.0");
const before = process.cwd();
beforeEach(async () => process.chdir(await tempFolder()));
afterEach(() => process.chdir(before));

describe("a model elsewhere", () => {
  it("is sent nothing at all before it is allowed", async () => {
    const server = await startOpenAiServer([]);
    const opened = openModel("openai:m", { baseUrl: `${elsewhere(server.url)}/v1` });
    await expect(opened).rejects.toThrow(
      /is not on this machine: .* Allow it once for this project with --allow-remote/,
    );
    expect(server.requests).toEqual([]);
  });

  it("is allowed once for a project, and no other server with it", async () => {
    const [server, other] = await Promise.all([startOpenAiServer([]), startOpenAiServer([])]);
    const baseUrl = `${elsewhere(server.url)}/v1`;
    expect((await openModel("openai:m", { baseUrl, allowRemote: true })).remote).toBe(true);
    const { allowed } = JSON.parse(await readFile(CONSENT_FILE, "utf8"));
    expect(allowed).toEqual([{ server: baseUrl, since: expect.stringMatching(/^20/) }]);
    expect((await openModel("openai:other", { baseUrl })).remote).toBe(true);
    await expect(openModel("openai:m", { baseUrl: `${elsewhere(other.url)}/v1` })).rejects.toThrow("--allow-remote");
    process.chdir(await tempFolder());
    await expect(openModel("openai:m", { baseUrl })).rejects.toThrow("--allow-remote");
  });

  it("is refused under --local-only, also when it was allowed before", async () => {
    const server = await startOpenAiServer([]);
    const baseUrl = `${elsewhere(server.url)}/v1`;
    await openModel("openai:m", { baseUrl, allowRemote: true });
    const asked = server.requests.length;
    await expect(openModel("openai:m", { baseUrl, localOnly: true })).rejects.toThrow("Nothing may leave this machine");
    await expect(openModel("openai:m", { baseUrl, localOnly: true, allowRemote: true })).rejects.toThrow("Choose one");
    expect(server.requests).toHaveLength(asked);
    const { code, stderr } = await runCommand(
      ["ask", samplePhoto(1), "--model", "openai:m", "--base-url", baseUrl, "--local-only"],
      [ask],
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining("Nothing may leave this machine")]);
  });

  it("is also one that Ollama only passes on to", async () => {
    const server = await startOllamaServer([], [{ ...VISION_AGENT, remoteHost: "https://ollama.com" }]);
    const opened = openModel("ollama:seer:7b", { baseUrl: server.url });
    await expect(opened).rejects.toThrow("https://ollama.com is not on this machine");
  });

  it("needs no consent on this machine", async () => {
    const server = await startOpenAiServer([]);
    expect((await openModel("openai:m", { baseUrl: `${server.url}/v1`, localOnly: true })).remote).toBe(false);
    await expect(readFile(join(".kuleshov", "remote-servers.json"))).rejects.toThrow("ENOENT");
  });
});

describe("an embedder elsewhere", () => {
  const embedder = async (url: string, policy = {}) => {
    vi.stubEnv("OPENAI_BASE_URL", `${elsewhere(url)}/v1`);
    return openTextEmbedder("openai:embed", policy);
  };
  afterEach(() => vi.unstubAllEnvs());

  it("is sent nothing before it is allowed, once for a project", async () => {
    const server = await startOpenAiServer([]);
    await expect(embedder(server.url)).rejects.toThrow(
      /is not on this machine: the texts that are embedded would be sent there\. Allow it once .* --allow-remote/,
    );
    expect((await embedder(server.url, { allowRemote: true }))?.remote).toBe(true);
    expect((await embedder(server.url))?.server).toBe(`${elsewhere(server.url)}/v1`);
    await expect(embedder(server.url, { localOnly: true })).rejects.toThrow("Nothing may leave this machine");
    expect(server.requests).toEqual([]);
  });

  it("is refused by every command that embeds, and by the settings of a project", async () => {
    const server = await startOpenAiServer([]);
    vi.stubEnv("OPENAI_BASE_URL", `${elsewhere(server.url)}/v1`);
    const search = ["exemplars", "search", "joy", "--embedder", "openai:embed"];
    const refused = await runCommand(search, [exemplars]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--allow-remote")]);
    const add = ["exemplars", "add", samplePhoto(1), "--face", "F1", "--category", "joy", "--embedder", "openai:embed"];
    const local = await runCommand([...add, "--local-only"], [exemplars]);
    expect([local.code, local.stderr]).toEqual([2, expect.stringContaining("--local-only")]);
    vi.stubEnv("KULESHOV_LOCAL_ONLY", "true");
    const set = await runCommand(search, [exemplars]);
    expect([set.code, set.stderr]).toEqual([2, expect.stringContaining("Nothing may leave this machine")]);
    expect(server.requests).toEqual([]);
  });
});
