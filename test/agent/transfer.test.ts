import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { type AskQuery, ask } from "../../src/ask.ts";
import type { AskDependencies } from "../../src/ask-dependencies.ts";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { judgment, subject } from "../support/builders.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { callsAll, failsWith, type Script, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";

const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 5 };

async function asked(script: Script, query: Partial<AskQuery> = {}, more: Partial<AskDependencies> = {}) {
  const server = await startOpenAiServer(script);
  const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, retries: QUICK });
  const report = await ask({ image: gradientImage(200, 100), ...query }, await partsFor(model, more));
  return { server, report, sent: report.provenance.sent };
}

const imagesOf = (chats: readonly WireBody[]) =>
  chats.flatMap(({ messages }) =>
    messages.flatMap(({ content }) =>
      Array.isArray(content) ? content.flatMap(({ image_url: image }) => (image === undefined ? [] : [image.url])) : [],
    ),
  );

describe("what was sent where", () => {
  it("stands in the report: every request and byte, and each image once, with a thumbnail", async () => {
    const look = { name: "look_closer", args: { faceId: "F1", region: "mouth" } };
    const { server, sent } = await asked((body, index) => {
      if (index === 0) return failsWith(503, { error: "busy" });
      return index === 1
        ? callsAll({ name: "measure_face", args: { faceId: "F1" } }, look)
        : saysJson(carefulJudgment(body));
    });
    const bytes = server.chats.reduce((sum, body) => sum + Buffer.byteLength(JSON.stringify(body)), 0);
    expect(sent).toMatchObject([{ server: `${server.url}/v1`, requests: 3, bytes }]);
    expect(sent[0]?.images.map(({ caption }) => caption)).toEqual(["the whole image", "F1, mouth"]);
    const [whole] = sent[0]?.images ?? [];
    expect(whole).toMatchObject({ widthPx: 200, heightPx: 100 });
    const thumbnail = await sharp(Buffer.from(whole?.thumbnail?.split(",")[1] ?? "", "base64")).metadata();
    expect([thumbnail.format, thumbnail.width]).toEqual(["jpeg", 96]);
  });

  it("is nothing for the rules, and no image for a model that sees none", async () => {
    const { sent } = await asked((body) => saysJson(carefulJudgment(body)), {}, { mode: "single-pass" });
    expect(sent).toHaveLength(1);
    const { createRulesModel } = await import("../../src/adapters/rules/rules-model.ts");
    const report = await ask({ image: gradientImage(200, 100) }, await partsFor(createRulesModel()));
    expect(report.provenance.sent).toEqual([]);
  });
});

describe("--blur-others", () => {
  it("leaves no other face to be found in what is sent, and the one that is asked about as it was", async () => {
    const toolboxes = await createToolboxes(["mesh"]);
    try {
      const measure = { name: "measure_face", args: { faceId: "F2" } };
      const look = { name: "look_closer", args: { faceId: "F1", region: "whole face" } };
      const script: Script = (_asked, index) =>
        index === 0
          ? callsAll(measure, look)
          : saysJson(judgment(...["F1", "F2", "F3"].map((faceId) => subject({ faceId, cues: [] }))));
      const query = { image: samplePhoto(1), face: "F2", blurOthers: true };
      const { server, report } = await asked(script, query, { toolboxes });
      expect(report.faces.length).toBeGreaterThan(2);
      const [whole, close] = imagesOf(server.chats.slice(-1));
      const seen = await decodeImage(await fileOf(whole));
      const found = await toolboxes[0]?.measure(seen);
      expect(found).toHaveLength(1);
      const isAt = (found?.[0]?.box.leftPx ?? 0) / seen.widthPx;
      const { widthPx } = report.provenance.image;
      expect(isAt).toBeCloseTo((report.faces.find(({ faceId }) => faceId === "F2")?.box.leftPx ?? 0) / widthPx, 1);
      expect(await toolboxes[0]?.measure(await decodeImage(await fileOf(close)))).toEqual([]);
    } finally {
      await Promise.all(toolboxes.map((toolbox) => toolbox.close()));
    }
  });

  it("wants to know whose face is asked about", async () => {
    const answer = asked([], { question: "What is shown?", blurOthers: true });
    await expect(answer).rejects.toThrow("Whose face is not to be blurred?");
  });
});

async function fileOf(dataUrl: string | undefined): Promise<string> {
  const { writeFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const { tempFolder } = await import("../support/temp-folder.ts");
  const path = join(await tempFolder(), "sent.jpg");
  await writeFile(path, Buffer.from(dataUrl?.split(",")[1] ?? "", "base64"));
  return path;
}
