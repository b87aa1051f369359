import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createTools } from "../../src/agent/tool-list.ts";
import { createFindExemplars } from "../../src/agent/tools/find-exemplars.ts";
import { ask } from "../../src/ask.ts";
import type { ExemplarRequest, ExemplarSource } from "../../src/ports/exemplar-source.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment, idOf, toldIn } from "../support/scripted-judge.ts";

const JPEG = { mimeType: "image/jpeg", data: new Uint8Array([1, 2, 3]), widthPx: 4, heightPx: 4 } as const;

/** A source with one exemplar, which notes what it was asked for. */
function oneExemplar(): { source: ExemplarSource; requests: ExemplarRequest[] } {
  const requests: ExemplarRequest[] = [];
  const item = {
    kind: "exemplar" as const,
    faceId: "F1",
    region: null,
    statement: 'Labelled "Duchenne smile" by "panel".',
    value: { type: "text" as const, text: "Duchenne smile" },
    source: { type: "store" as const, name: "x1" },
  };
  const view = { ...JPEG, caption: "an example of Duchenne smile" };
  const source: ExemplarSource = {
    async choose(request) {
      requests.push(request);
      return { exemplars: [{ id: "x1", item, view }], warnings: ["Left out one, since it is the query itself"] };
    },
  };
  return { source, requests };
}

async function askWith(script: (asked: WireBody, index: number) => ReturnType<typeof calls>, vision = true) {
  const { source, requests } = oneExemplar();
  const server = await startOpenAiServer(script, { models: [{ id: "m", type: vision ? "vlm" : "llm" }] });
  const parts = await partsFor(await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` }));
  const tools = createTools(parts.prompts, [createFindExemplars(source)]);
  const report = await ask({ image: gradientImage(200, 100) }, { ...parts, tools });
  return { server, report, requests };
}

const steps = (args: object) => (asked: WireBody, index: number) =>
  [calls("measure_face", { faceId: "F1" }), calls("find_exemplars", args)][index] ?? saysJson(carefulJudgment(asked));

describe("searching exemplars", () => {
  it("searches by words and by similarity to a face, and makes what it finds citable", async () => {
    const { server, report, requests } = await askWith(steps({ query: "smile with raised cheeks", faceId: "F1" }));
    expect(requests).toMatchObject([
      { like: ["F1"], faces: [{ faceId: "F1" }], question: { text: "smile with raised cheeks" } },
    ]);
    const last = server.chats.at(-1);
    const id = last === undefined ? "" : idOf(last, /Labelled "Duchenne smile"/);
    expect(report.evidence.find((item) => item.id === id)).toMatchObject({ kind: "exemplar", source: { name: "x1" } });
    expect(last && toldIn(last)).toContain("Left out one, since it is the query itself");
    expect(JSON.stringify(last?.messages.at(-1))).toContain("data:image/jpeg");
  });

  it("leaves copies of every face out, also when it searches by words alone", async () => {
    const { requests } = await askWith(steps({ query: "smile", faceId: null }));
    expect(requests).toMatchObject([{ like: [], faces: [{ faceId: "F1" }] }]);
  });

  it("shows no images to a model that cannot see", async () => {
    const { server } = await askWith(steps({ query: "smile", faceId: null }), false);
    expect(JSON.stringify(server.chats)).not.toContain("image_url");
    expect(server.chats.at(-1) && toldIn(server.chats.at(-1) as WireBody)).toContain('Labelled "Duchenne smile"');
  });

  it("tells of a face that does not exist", async () => {
    const { server } = await askWith(steps({ query: null, faceId: "F7" }));
    expect(server.chats.at(-1) && toldIn(server.chats.at(-1) as WireBody)).toContain('Unknown face "F7"');
  });
});
