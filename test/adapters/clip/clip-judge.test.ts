import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createClipJudge } from "../../../src/adapters/clip/clip-judge.ts";
import { labelTexts } from "../../../src/adapters/clip/label-texts.ts";
import { ask } from "../../../src/ask.ts";
import { openDependencies } from "../../../src/compose/ask.ts";
import { openEvaluation } from "../../../src/compose/evaluation.ts";
import type { Reading } from "../../../src/domain/judgment.ts";
import { evaluate } from "../../../src/evaluate.ts";
import { loadManifest } from "../../../src/networks/manifest-store.ts";
import { testJudgeModel } from "../../contract/judge-model.ts";
import { fixedToolbox } from "../../support/fixed-toolbox.ts";
import { partsFor, SMILE } from "../../support/judge-of.ts";
import { tempFolder, temporaryFolder } from "../../support/temp-folder.ts";
import { installTinyClip } from "../../support/tiny-clip.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  vi.stubEnv("KULESHOV_MODELS", folder);
  await installTinyClip(folder);
});

testJudgeModel("a CLIP pair", () => createClipJudge("tiny"));

const LABELS = ["red", "green", "blue"];

/** A red face, 40 px wide, on a blue ground. */
function redOnBlue(side = 400) {
  const rgb = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    const isFace = Math.abs(x - side / 2) < 30 && Math.abs(y - side / 2) < 30;
    rgb.set(isFace ? [255, 0, 0] : [0, 0, 255], at * 3);
  }
  return { path: "red.png", widthPx: side, heightPx: side, rgb, sha256: "1".repeat(64) };
}
const faceInMiddle = { ...SMILE, box: { leftPx: 180, topPx: 180, widthPx: 40, heightPx: 40 } };

function top({ distribution, abstention }: Reading) {
  return abstention ?? distribution[0]?.label;
}

describe("createClipJudge", () => {
  it("reads the face from the face, the context from the rest, and both from the whole", async () => {
    const parts = await partsFor(await createClipJudge("tiny"), {
      toolboxes: [fixedToolbox([faceInMiddle], ["AU12"])],
    });
    const question = { image: redOnBlue(), labels: LABELS, context: "Everything here is green" };
    const { judgment, warnings, trace } = await ask(question, parts);
    const [subject] = judgment.subjects;
    if (subject === undefined) throw new Error("nobody was judged");
    expect([top(subject.faceOnly), top(subject.contextOnly), top(subject.integrated)]).toEqual(["red", "blue", "blue"]);
    expect(subject.integrated.distribution.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
    expect(judgment.answer).toContain("Of 3 labels, F1 is most like blue");
    expect(warnings).toEqual([]);
    expect(trace.filter(({ type }) => type === "complaint")).toEqual([]);
  });

  it("leaves the context unread where nothing but the face is shown, and the face where there is none", async () => {
    const alone = redOnBlue();
    for (let at = 0; at < alone.rgb.length; at += 3) if (alone.rgb[at] === 0) alone.rgb.set([128, 128, 128], at);
    const model = await createClipJudge("tiny");
    const parts = await partsFor(model, { toolboxes: [fixedToolbox([faceInMiddle], ["AU12"])] });
    const [face] = (await ask({ image: alone, labels: LABELS }, parts)).judgment.subjects;
    expect(face && [top(face.faceOnly), top(face.contextOnly)]).toEqual([
      "red",
      "Nothing is left in the image but what is covered",
    ]);
    const nobody = await partsFor(model, { toolboxes: [fixedToolbox([], ["AU12"])] });
    const [scene] = (await ask({ image: redOnBlue(), labels: LABELS }, nobody)).judgment.subjects;
    expect(scene && [top(scene.faceOnly), top(scene.contextOnly)]).toEqual(["No face was found in the image", "blue"]);
  });

  it("compares with what the taxonomy says that labels mean", async () => {
    const { text } = (await loadManifest("clip-tiny-text")).manifest.inputs[0] ?? {};
    if (text === undefined) throw new Error("the pair takes no text");
    const texts = await labelTexts(["amusement", "schadenfreude", "weltkummer"], text);
    expect(texts[0]?.text).toBe("a photo of someone who shows amusement: Finding something funny");
    expect(texts[1]?.text).toMatch(/^a photo of someone who shows schadenfreude: .{20}/);
    expect(texts[2]?.text).toBe("a photo of someone who shows weltkummer");
  });

  it("compares with what a taxonomy of the user's own says that labels mean, in questions and in evaluations", async () => {
    const own = await tempFolder();
    const mine = join(own, "mine.txt");
    await writeFile(mine, "calm: blue\nrage: red\n");
    const options = {
      model: "clip:tiny",
      toolboxes: [],
      cache: false,
      scene: false,
      shots: { shots: 0, taxonomy: mine },
    };
    const { dependencies, labels, close } = await openDependencies(options);
    const parts = { ...dependencies, toolboxes: [fixedToolbox([faceInMiddle], ["AU12"])] };
    const [subject] = (await ask({ image: redOnBlue(), labels }, parts)).judgment.subjects;
    await close();
    expect(subject && [top(subject.faceOnly), top(subject.contextOnly)]).toEqual(["rage", "calm"]);

    const { rgb, widthPx, heightPx } = redOnBlue();
    const raw = { width: widthPx, height: heightPx, channels: 3 as const };
    await sharp(rgb, { raw }).toFile(join(own, "blue.png"));
    await writeFile(join(own, "images.csv"), "id,image,label\n1,blue.png,calm\n");
    const evaluation = {
      name: "own",
      dataset: {
        ...{ format: "csv", path: "images.csv", columns: { id: "id", image: "image", label: "label" } },
        taxonomy: "./mine.txt",
      },
      matrix: { models: ["clip:tiny"] },
      scorers: ["accuracy"],
    };
    const evalFilePath = join(own, "own.eval.yaml");
    await writeFile(evalFilePath, JSON.stringify(evaluation));
    const nearest = async () => {
      const opened = openEvaluation({ evalFilePath, stimuliFolder: own, answersFolder: join(own, "answers") });
      const done = await evaluate({ file: evalFilePath, folder: join(own, "run"), force: true }, opened.dependencies);
      await opened.close();
      return done?.scored.records.map(({ answer }) => answer?.integrated.distribution?.[0]?.label);
    };
    expect(await nearest()).toEqual(["calm"]);
    // Another definition is another question, which the answer that was kept does not answer.
    await writeFile(mine, "calm: red\nrage: blue\n");
    expect(await nearest()).toEqual(["rage"]);
  });

  it("says what to do where a part is missing, damaged or of another pair", async () => {
    await expect(createClipJudge("vit-base-patch32")).rejects.toThrow(
      "has not been pulled yet: run `kuleshov models pull clip-vit-base-patch32`",
    );
    await expect(createClipJudge("resnet")).rejects.toThrow("no manifest describes it");
    const own = await tempFolder();
    vi.stubEnv("KULESHOV_MODELS", own);
    await installTinyClip(own);
    const path = join(own, "clip-tiny-text.json");
    const manifest = await readFile(path, "utf8");
    await writeFile(path, manifest.replace(/"shape":\s*\[1,\s*3\]/, '"shape":[1,4]'));
    await expect(createClipJudge("tiny")).rejects.toThrow("they are no pair");
    await writeFile(path, manifest);
    await rm(join(own, "merges.txt"));
    await expect(createClipJudge("tiny")).rejects.toThrow("merges.txt");
  });
});
