import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import * as discover from "../../src/cli/discover.ts";
import * as doctor from "../../src/cli/doctor.ts";
import * as evaluation from "../../src/cli/eval.ts";
import * as find from "../../src/cli/find.ts";
import * as lab from "../../src/cli/lab.ts";
import * as mcp from "../../src/cli/mcp.ts";
import * as models from "../../src/cli/models.ts";
import * as studio from "../../src/cli/studio.ts";
import { keepFlags, modelSettings } from "../../src/compose/model-settings.ts";
import { parseEvalFile } from "../../src/evaluation/file/read-eval-file.ts";
import { openRun } from "../../src/evaluation/runner/stored-run.ts";
import { type Script, says } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { signalListeners } from "../support/signal-listeners.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function folderWith(text: string): Promise<string> {
  const folder = await tempFolder();
  await writeFile(join(folder, "kuleshov.config.yaml"), text);
  return folder;
}

const inFolder = async (text: string) => ({ folder: await folderWith(text), env: {} });

describe("how a model is asked", () => {
  it("is taken from flags, then from the environment, then from the settings file", async () => {
    const folder = await folderWith("model: openai:filed\ntemperature: 0.25\nmax-tokens: 900\nseed: 3\ntimeout: 40\n");
    const env = { KULESHOV_MAX_TOKENS: "800", KULESHOV_SEED: "2", KULESHOV_BASE_URL: "http://127.0.0.1:8080/v1" };
    expect(await modelSettings({ seed: "1" }, { folder, env })).toEqual({
      model: "openai:filed",
      baseUrl: "http://127.0.0.1:8080/v1",
      temperature: 0.25,
      maxTokens: 800,
      seed: 1,
      timeout: 40,
    });
  });

  it("is left open where there is no file, an empty one, or an empty variable", async () => {
    expect(await modelSettings({}, { folder: await tempFolder(), env: { KULESHOV_MODEL: " " } })).toEqual({});
    expect(await modelSettings({}, await inFolder("# nothing yet\n"))).toEqual({});
  });

  it("takes keys as flags are written, or as variables are", async () => {
    const settings = { baseUrl: "http://127.0.0.1:1", maxTokens: 7 };
    expect(await modelSettings({}, await inFolder("base-url: http://127.0.0.1:1\nmaxTokens: 7\n"))).toEqual(settings);
  });

  it("gives no model the address that stands beside another", async () => {
    const { folder } = await inFolder("model: ollama:seer\nbase-url: http://gpu:11434\n");
    expect(await modelSettings({ model: "openai:gpt" }, { folder, env: {} })).toEqual({ model: "openai:gpt" });
    expect((await modelSettings({ model: "ollama:seer" }, { folder, env: {} })).baseUrl).toBe("http://gpu:11434");
    expect(await modelSettings({}, { folder, env: {}, named: true })).toEqual({});
    const shared = { folder: await folderWith("base-url: http://gpu:8080/v1\n"), env: { KULESHOV_MODEL: "openai:a" } };
    expect(await modelSettings({}, shared)).toEqual({ model: "openai:a", baseUrl: "http://gpu:8080/v1" });
  });

  it("is what a studio's flags say where its page says nothing: no other model's address, no panel that they replace", async () => {
    const folder = await folderWith("seed: 3\n");
    const env = { KULESHOV_PANEL: "openai:a,openai:b", KULESHOV_BASE_URL: "http://gpu:8080/v1", KULESHOV_TIMEOUT: "5" };
    const before = { ...env };
    await keepFlags({}, env);
    expect(env).toEqual(before);
    await keepFlags({ model: "ollama:seer", temperature: "0", localOnly: true }, env);
    const kept = { model: "ollama:seer", temperature: 0, timeout: 5, localOnly: true, seed: 3 };
    expect(await modelSettings({}, { folder, env })).toEqual(kept);
    await keepFlags({ model: "ollama:seer", baseUrl: "http://127.0.0.1:1" }, env);
    expect(await modelSettings({}, { folder, env })).toMatchObject({ baseUrl: "http://127.0.0.1:1" });
    expect(await modelSettings({ model: "openai:a" }, { folder, env })).not.toHaveProperty("baseUrl");
    await expect(keepFlags({ timeout: "0" }, env)).rejects.toThrow("--timeout takes seconds");
  });

  it("has one model or a panel, whichever is named first, and gives a panel no single model's address", async () => {
    const { folder } = await inFolder("panel: [openai:a, rules]\nchair: openai:a\nsamples: 3\n");
    const panel = ["openai:a", "rules"];
    expect(await modelSettings({}, { folder, env: {} })).toEqual({ panel, chair: "openai:a", samples: 3 });
    expect(await modelSettings({ model: "rules" }, { folder, env: {} })).toEqual({ model: "rules", samples: 3 });
    const single = await inFolder("model: openai:c\nbase-url: http://gpu:1/v1\n");
    expect(await modelSettings({ panel: "openai:a, rules" }, single)).toEqual({ panel });
    const beside = await inFolder("panel: [openai:a, rules]\nbase-url: http://gpu:1/v1\n");
    expect(await modelSettings({}, beside)).toEqual({ panel, baseUrl: "http://gpu:1/v1" });
    await expect(modelSettings({ model: "rules", panel: "a,b" }, single)).rejects.toThrow(
      "A model and a panel are named",
    );
  });

  it.each([
    [{ samples: "0" }, "--samples takes a whole number from 1 to 100"],
    [{ panel: "rules" }, "--panel takes two to 9 different models"],
    [{ panel: "rules,rules" }, "--panel takes two to 9 different models"],
    [{ panel: "rules,," }, "--panel takes two to 9 different models"],
    [{ abstain: "1" }, "--abstain takes a number above 0 and below 1"],
    [{ abstain: "0" }, "--abstain takes a number above 0 and below 1"],
    [{ calibration: " " }, "--calibration takes the calibration.json of an evaluation"],
    [{ timeout: "0" }, "--timeout takes seconds, above 0 and up to 86400"],
    [{ timeout: "soon" }, "--timeout takes seconds"],
    [{ timeout: "1e9" }, "--timeout takes seconds"],
    [{ maxTokens: "1.5" }, "--max-tokens takes a whole number from 1"],
    [{ temperature: "2.1" }, "--temperature takes a number from 0 to 2"],
    [{ temperature: "" }, "--temperature takes a number"],
    [{ seed: "-1" }, "--seed takes a whole number from 0 to 2147483647"],
    [{ seed: "4294967295" }, "--seed takes a whole number"],
    [{ baseUrl: "localhost:8080" }, "--base-url takes an address such as http://127.0.0.1:8080/v1"],
    [{ baseUrl: "file:///etc" }, "--base-url takes an address"],
    [{ model: " " }, "--model takes the name of a model"],
  ])("is refused with what is taken instead: %j", async (flags, sentence) => {
    await expect(modelSettings(flags, { folder: await tempFolder(), env: {} })).rejects.toThrow(sentence);
  });

  it.each([
    ["max-token: 5", 'there is no "max-token": did you mean "max-tokens"?'],
    ["temprature: 1", 'did you mean "temperature"?'],
    [
      "colour: red",
      "there are model, base-url, timeout, max-tokens, temperature, seed, samples, panel, chair, abstain",
    ],
    ["timeout: ten", "timeout in "],
    ["timeout:", "timeout in "],
    ["seed: 1\nseed: 2", "line 2 is not YAML"],
    ["base-url: http://a\nbaseUrl: http://b", "base-url stands there twice"],
    ["- model", "not lines of `name: value`"],
    ["model: [rules", "is not YAML"],
    ["a: &a [1]\nmodel: *a", "aliases"],
  ])("is refused in a file that says: %s", async (text, sentence) => {
    await expect(modelSettings({}, await inFolder(text))).rejects.toThrow(sentence);
  });

  it.each([
    ["a key in the file", "openai-api-key: sk-very-secret-9f2"],
    ["a key in a broken file", "model: [sk-very-secret-9f2"],
    ["a key in the wrong place", "seed: sk-very-secret-9f2"],
    ["a password in an address", "base-url: https://me:sk-very-secret-9f2@host/v1"],
  ])("is refused without repeating %s", async (_case, text) => {
    const refusal = await modelSettings({}, await inFolder(text)).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^(?:Cannot read settings|seed in|base-url in)/);
    expect(refusal).not.toContain("very-secret");
  });

  it("sends keys to where they belong", async () => {
    const refusal = modelSettings({}, await inFolder("api_key: x"));
    await expect(refusal).rejects.toThrow("keys belong into the environment (OPENAI_API_KEY)");
  });
});

const SHARED = ["--model", "--base-url", "--timeout", "--max-tokens", "--temperature", "--seed"];

function commandLine(): Command {
  const program = new Command("kuleshov").exitOverride();
  for (const command of [ask, find, discover, doctor, evaluation, lab, mcp, models, studio]) command.register(program);
  return program;
}

describe("every command that asks a model", () => {
  it.each(["ask", "find", "discover", "eval run", "eval resume", "lab", "mcp", "doctor", "studio"])(
    "takes the same flags: %s",
    (words) => {
      let command: Command | undefined = commandLine();
      for (const word of words.split(" ")) command = command?.commands.find((each) => each.name() === word);
      expect(command?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(SHARED));
    },
  );

  it("takes them beside a model that it is given as an argument", () => {
    const probe = commandLine()
      .commands.find((each) => each.name() === "models")
      ?.commands.find((each) => each.name() === "probe");
    expect(probe?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(SHARED.slice(1)));
  });
});

describe("what find says of the model's verdicts", () => {
  it("is how many there are, and why others are missing", () => {
    const verdict = { path: "a.jpg", faceId: "F1", same: true, probability: 0.9, cues: [], model: "openai:m" };
    const missing = (reason: string) => ({ ...verdict, same: null, probability: null, reason });
    const verdicts = [
      { ...verdict, reason: null },
      missing("It was empty"),
      missing("It was cut"),
      missing("It was cut"),
    ];
    expect(find.judgedWords(verdicts)).toBe("1 of 4 faces were judged by openai:m; 2 were not: It was cut");
    expect(find.judgedWords([{ ...verdict, reason: null }])).toBe("1 of 1 faces were judged by openai:m");
  });
});

describe("a request that a command sends", () => {
  let home: string;
  let endListening: () => void;
  let stdout: MockInstance<typeof process.stdout.write>;
  const printed = () => stdout.mock.calls.map(([text]) => String(text)).join("");
  beforeEach(async () => {
    home = process.cwd();
    endListening = signalListeners();
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    stdout = vi.spyOn(process.stdout, "write");
  });
  afterEach(() => {
    process.chdir(home);
    process.exitCode = undefined;
    endListening();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  /** Runs a command in a folder whose settings name a loopback server, until that server is asked: what it was asked. */
  async function firstRequest(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
    const interrupts: Script = (_asked, index) => {
      if (index === 0) process.emit("SIGINT");
      return says("too late");
    };
    const server = await startOpenAiServer(interrupts, { key: "sk-right" });
    const settings = `model: openai:test-model\nbase-url: ${server.url}/v1\ntemperature: 0.5\nmax-tokens: 777\nseed: 5\n`;
    const folder = await folderWith(settings);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    process.chdir(folder);
    vi.stubEnv("OPENAI_API_KEY", "sk-right");
    await commandLine()
      .parseAsync(["node", "kuleshov", ...words])
      .catch(() => undefined);
    const { model, temperature, max_tokens: maxTokens, seed } = server.chats[0] ?? {};
    return { model, temperature, maxTokens, seed };
  }

  const settled = { model: "test-model", temperature: 0.5, maxTokens: 777, seed: 5 };

  it.each([
    ["ask", ["ask", samplePhoto(1), "--no-scene", "--json"]],
    ["discover", ["discover", samplePhoto(1), "--out", "out", "--known", "smile", "--resamples", "2"]],
  ])("says what the settings file says: %s", async (_name, words) => {
    expect(await firstRequest(words)).toEqual(settled);
  });

  it("says of an evaluation what its file leaves open, and what flags put in the place of its own", async () => {
    const evaluation = [
      ...[
        "name: tiny",
        "task: choose",
        "dataset:",
        "  format: csv",
        "  path: rows.csv",
        "  columns: { id: id, question: question, options: options, choice: answer }",
      ],
      ...["matrix: { models: [rules], evidence: [none], seeds: [1] }", "scorers: [choice]"],
    ].join("\n");
    const rows = "id,question,options,answer\nq1,Which unit raises the cheeks?,AU6|AU12,AU6\n";
    const files = { "tiny.eval.yaml": evaluation, "rows.csv": rows };
    const words = ["eval", "run", "tiny.eval.yaml", "--out", "out", "--model", "openai:test-model", "--seed", "8"];
    expect(await firstRequest(words, files)).toEqual({ ...settled, seed: 8 });
    expect(printed()).toMatch(/nothing could be scored; 1 of 1 calls: The model's choice stayed unusable/);
    const { header } = await openRun("out");
    expect(header.modelOptions).toMatchObject({ temperature: 0.5, maxTokens: 777 });
    expect(parseEvalFile(header.evalFileText, "tiny.eval.yaml").matrix).toMatchObject({
      models: ["openai:test-model"],
      seeds: [8],
    });
  });

  it("says what a flag says instead", async () => {
    const words = ["ask", samplePhoto(1), "--no-scene", "--temperature", "0", "--seed", "9", "--max-tokens", "12"];
    expect(await firstRequest(words)).toEqual({ model: "test-model", temperature: 0, maxTokens: 12, seed: 9 });
  });
});
