import { describe, expect, it, vi } from "vitest";
import * as models from "../../src/cli/models.ts";
import { probe } from "../../src/compose/model-probe.ts";
import { openModel } from "../../src/compose/models.ts";
import { priceOf } from "../../src/compose/prices.ts";
import type { ModelProbe } from "../../src/domain/model-probe.ts";
import { costOfAsk } from "../../src/render/terminal-probe.ts";
import { callsAll, failsWith, type Reply, says, saysJson, saysOf, type WireBody } from "../support/model-server.ts";
import { startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** The numbers that our cards show, in the order in which a probe shows them. */
const [ONE, SECOND, THIRD, CARD_F1] = ["472", "839", "615", "294"];
/** Tokens of the long message, as a server counts them. */
const LONG = 6_000;
const QUICK = { tries: 2, firstWaitMs: 1, longestWaitMs: 5 };
const bothCards = callsAll({ name: "show_card", args: { card: "F1" } }, { name: "show_card", args: { card: "F2" } });

const textIn = (asked: WireBody) => JSON.stringify(asked.messages);
const imagesIn = (asked: WireBody) =>
  asked.messages.reduce((sum, { content, images }) => {
    const parts = Array.isArray(content) ? content.filter(({ type }) => type === "image_url").length : 0;
    return sum + parts + (images?.length ?? 0);
  }, 0);
const hasVideo = (asked: WireBody) => textIn(asked).includes('"url":"data:video/mp4;base64,AAAA');
const resultsIn = (asked: WireBody) => asked.messages.filter(({ role }) => role === "tool").length;

/** A capable engine: what it does not do is told by `but`, which goes before. */
const capable =
  (but: (asked: WireBody) => Reply | undefined = () => undefined) =>
  (asked: WireBody): Reply => {
    const special = but(asked);
    if (special !== undefined) return special;
    if (asked.tools !== undefined && resultsIn(asked) === 0) return bothCards;
    if (asked.tools !== undefined) return says(`${CARD_F1} and ${SECOND}`);
    if (asked.response_format !== undefined || asked.format !== undefined) return saysJson({ face: "F2" });
    if (hasVideo(asked)) return says("583, 162");
    if (/HELIOTROPE/.test(textIn(asked))) return saysOf(LONG, "Heliotrope.");
    return says(imagesIn(asked) === 2 ? `${SECOND}, ${THIRD}` : `${ONE}`);
  };

async function probed(script: (asked: WireBody) => Reply, options: { again?: boolean } = {}) {
  vi.stubEnv("KULESHOV_CACHE", await tempFolder());
  const server = await startOpenAiServer(script);
  const given = { baseUrl: `${server.url}/v1`, retries: QUICK };
  const run = (more = options) => probe("openai:test-model", { ...given, ...more });
  return { server, given, run, ...(await run()) };
}

const outcomes = ({ checks }: ModelProbe) =>
  Object.fromEntries(checks.map(({ feature, outcome }) => [feature, outcome]));

describe("a probe of a capable engine", () => {
  it("finds everything to work, in eight calls at the most", async () => {
    const { probe: seen, server } = await probed(capable());
    expect(outcomes(seen)).toEqual({
      "structured output": "works",
      vision: "works",
      "several images": "works",
      tools: "works",
      "parallel calls": "works",
      "images of tools": "works",
      "context length": "works",
      video: "works",
    });
    expect(seen.capabilities.video).toBe(true);
    expect(seen.calls).toBe(server.chats.length);
    expect(seen.calls).toBeLessThanOrEqual(8);
    expect(seen.tokens).toEqual({ input: LONG + 100 * (seen.calls - 1), output: 20 * seen.calls });
    expect(seen.charactersPerToken).toBeCloseTo(2.5, 0);
  });

  it("speaks Ollama's protocol too", async () => {
    vi.stubEnv("KULESHOV_CACHE", await tempFolder());
    const server = await startOllamaServer(capable(), [VISION_AGENT]);
    const { probe: seen } = await probe("ollama:seer:7b", { baseUrl: server.url, retries: QUICK });
    expect(new Set(Object.values(outcomes(seen)))).toEqual(new Set(["works"]));
  });

  it("leaves calls for the rest when a weak model calls tools for ever", async () => {
    const { probe: seen } = await probed(capable(({ tools }) => (tools === undefined ? undefined : bothCards)));
    expect(outcomes(seen)).toMatchObject({ tools: "works", "images of tools": "fails", "context length": "works" });
  });

  it("is made once for a model, server and version", async () => {
    const { server, run, kept } = await probed(capable());
    expect(kept).toBe(false);
    const before = server.chats.length;
    expect((await run()).kept).toBe(true);
    expect(server.chats).toHaveLength(before);
    expect((await run({ again: true })).kept).toBe(false);
    expect(server.chats.length).toBeGreaterThan(before);
  });
});

describe("what a probe has seen decides how the model is asked", () => {
  it.each<[string, (asked: WireBody) => Reply | undefined, object]>([
    [
      "no image is sent to one that cannot read it",
      (asked) => (imagesIn(asked) === 1 ? says("a cat") : undefined),
      { vision: false },
    ],
    [
      "one image at a time",
      (asked) => (imagesIn(asked) === 2 ? says(`${SECOND}`) : undefined),
      { vision: true, severalImages: false },
    ],
    [
      "no tools for one that never calls them",
      (asked) => (asked.tools === undefined ? undefined : says("I would call show_card.")),
      { tools: false, vision: true },
    ],
    [
      "no video to one that drops it without a word",
      (asked) => (hasVideo(asked) ? says("I see no video.") : undefined),
      { video: false, vision: true },
    ],
    [
      "no video to one whose server turns it down, and images all the same",
      (asked) =>
        hasVideo(asked)
          ? failsWith(400, "Invalid value: 'video_url'. Supported values are: 'text', 'image_url' and 'file'.")
          : undefined,
      { video: false, vision: true },
    ],
    [
      "no views for one that does not see what tools return",
      (asked) => (resultsIn(asked) > 0 ? says("I see nothing") : undefined),
      { tools: true, imagesAfterTools: false },
    ],
    [
      "the form in words for one that takes a schema and ignores it",
      (asked) => (asked.response_format === undefined ? undefined : says("The second face.")),
      { structuredOutput: "none" },
    ],
    [
      "the form in words for one that refuses a schema",
      (asked) => {
        if (asked.response_format === undefined)
          return /AU12 at/.test(textIn(asked)) ? saysJson({ face: "F2" }) : undefined;
        return failsWith(400, { error: { message: "response_format is not supported" } });
      },
      { structuredOutput: "none", tools: true },
    ],
  ])("%s", async (_case, but, expected) => {
    const { given } = await probed(capable(but));
    expect((await openModel("openai:test-model", given)).capabilities).toMatchObject(expected);
  });

  it("believes the count of a server that cuts conversations silently", async () => {
    const forgets = (asked: WireBody) => (/HELIOTROPE/.test(textIn(asked)) ? saysOf(2_048, "What word?") : undefined);
    const { given, probe: seen } = await probed(capable(forgets));
    expect(seen.checks.find(({ feature }) => feature === "context length")).toMatchObject({
      outcome: "fails",
      engine: expect.stringContaining("cut them to 2048"),
    });
    expect((await openModel("openai:test-model", given)).capabilities.contextTokens).toBe(2_048);
  });
});

describe("what the command prints", () => {
  it("is a table of what the engine did and how it is talked to, and what an ask costs", async () => {
    const { server } = await probed(capable());
    const args = ["models", "probe", "openai:test-model", "--base-url", `${server.url}/v1`];
    const { stdout, code } = await runCommand(args, [models]);
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => /works/.test(line))).toHaveLength(8);
    expect(stdout).toContain("it is sent clips as video, and frames of them");
    expect(stdout).toContain("tools first, the schema with the closing answer only");
    expect(stdout).toMatch(/An ask about three faces: about \d+ tokens in and 5700 out, free/);
    const { stdout: json } = await runCommand([...args, "--json"], [models]);
    expect(JSON.parse(json)).toMatchObject({ kept: true, ask: { usd: 0 }, capabilities: { vision: true } });
  });

  it("names the price of a remote model, also of a dated snapshot, and says when nobody names one", async () => {
    const priced = await priceOf({ id: "openai:gpt-4.1-2025-04-14", remote: true });
    expect(priced).toEqual({ inputPerMillion: 2, cachedInputPerMillion: 0.5, outputPerMillion: 8 });
    expect(await priceOf({ id: "openai:nobody-knows", remote: true })).toBeUndefined();
    const { probe: seen } = await probed(capable());
    const remote = { ...seen, imageTokens: 1_000, charactersPerToken: 2 };
    expect(costOfAsk(remote, priced)).toEqual({ input: 59_000, output: 5_700, usd: 0.1636 });
    expect(costOfAsk(remote, undefined).usd).toBeNull();
  });
});

describe("a probe of a difficult engine", () => {
  it("makes eight requests at the most, whatever is turned down, and says what it did not try", async () => {
    let turned = 0;
    const { probe: seen, server } = await probed(
      capable(() => {
        turned += 1;
        return turned % 2 === 1 ? failsWith(503, { error: { message: "busy" } }) : undefined;
      }),
    );
    expect(server.chats).toHaveLength(8);
    expect(seen.calls).toBe(8);
    expect(outcomes(seen)["context length"]).toBe("untried");
  });

  it("ends in one sentence when the key is refused", async () => {
    const refusal = failsWith(401, { error: { message: "no" } });
    await expect(probed(() => refusal)).rejects.toThrow("refused the key: check OPENAI_API_KEY");
  });

  it("has nothing to try in the built-in baseline", async () => {
    await expect(probe("rules", {})).rejects.toThrow('"rules" is built in and needs no probe');
  });
});
