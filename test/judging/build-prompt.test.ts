import { expect, it } from "vitest";
import type { Prompt } from "../../src/domain/prompt.ts";
import { fillLedger } from "../../src/evidence/fill-ledger.ts";
import { buildPrompt, type PromptContents } from "../../src/judging/build-prompt.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { matchFaces } from "../../src/measuring/match-faces.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { fixedToolbox } from "../support/fixed-toolbox.ts";
import { gradientImage } from "../support/images.ts";
import { SMILE } from "../support/judge-of.ts";

const view = { mimeType: "image/jpeg", data: new Uint8Array(3), widthPx: 8, heightPx: 4, caption: "it" } as const;

async function promptFor(contents: Partial<PromptContents> = {}): Promise<Prompt> {
  const image = gradientImage(200, 100);
  const toolbox = fixedToolbox([SMILE]);
  const faces = matchFaces([await toolbox.measure(image)]);
  const ledger = fillLedger({ faces, toolboxes: [toolbox], context: "At a wedding" });
  const all: PromptContents = {
    question: { text: "What is shown?", context: "At a wedding", labels: null },
    image,
    ledger,
    shown: [view],
    clip: null,
    exemplars: [],
    withTools: true,
    isTold: () => true,
    brief: false,
    answer: { type: "provider" },
    ...contents,
  };
  return buildPrompt(all, await loadPromptLibrary(ownPath("prompts")));
}

const textOf = ({ user }: Prompt) => user.map((part) => (part.type === "text" ? part.text : "[image]")).join("\n---\n");

it("gives a model with tools the faces, the scene and the question, and the image last", async () => {
  await expect(textOf(await promptFor())).toMatchFileSnapshot("../fixtures/prompts/question-with-tools.txt");
});

it("gives a model without tools all evidence at once", async () => {
  const prompt = await promptFor({ withTools: false, shown: [], answer: { type: "text", schema: "{}" } });
  await expect(textOf(prompt)).toMatchFileSnapshot("../fixtures/prompts/question-in-one-pass.txt");
});

it("says the same rules to every model", async () => {
  await expect((await promptFor()).system).toMatchFileSnapshot("../fixtures/prompts/judge.txt");
});

it("puts examples before the question, each with its image", async () => {
  const item = {
    id: "E9",
    kind: "exemplar" as const,
    faceId: null,
    region: null,
    statement: 'Example of "awe": eyes wide at a waterfall',
    value: { type: "text" as const, text: "awe" },
    source: { type: "store" as const, name: "pack" },
  };
  const prompt = await promptFor({
    exemplars: [
      { id: "x1", item, view },
      { id: "x2", item, view: null },
    ],
  });
  const parts = prompt.user.map((part) => (part.type === "text" ? part.text.slice(0, 30) : "[image]"));
  expect(parts).toEqual([
    "First, 2 items to show what la",
    "E9 [exemplar, pack] Example of",
    "[image]",
    "E9 [exemplar, pack] Example of",
    "The image is shown below. Its ",
    "[image]",
  ]);
});

it("names the files it was made from, with their hashes", async () => {
  expect((await promptFor()).references).toEqual(
    [
      ["judge", "4"],
      ["answer-by-schema", "1"],
      ["work-with-tools", "1"],
      ["image-shown", "3"],
      ["question-with-tools", "4"],
    ].map(([id, version]) => ({ id, version, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })),
  );
});
