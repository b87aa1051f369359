import { cp } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import * as errors from "../../src/domain/errors.ts";
import { fromErrorRecord, toErrorRecord } from "../../src/networks/worker-errors.ts";
import { tempFolder } from "../support/temp-folder.ts";

const { ConfigurationError, ImageDecodeError, InferenceError, isKuleshovError, KuleshovError, ProviderError } = errors;

/** A second copy of the module, as of a package that is installed twice. */
async function otherCopy(): Promise<typeof errors> {
  const path = join(await tempFolder(), "errors.ts");
  await cp("src/domain/errors.ts", path);
  return await import(pathToFileURL(path).href);
}

describe("errors", () => {
  it("are known across two copies of the package, each by its kind", async () => {
    const other = await otherCopy();
    expect(other.InferenceError).not.toBe(InferenceError);
    const error = new other.InferenceError("no sense in it");
    expect(isKuleshovError(error)).toBe(true);
    expect(isKuleshovError(error, "inference")).toBe(true);
    expect(isKuleshovError(error, "provider")).toBe(false);
    expect(error instanceof InferenceError).toBe(true);
    expect(error instanceof KuleshovError).toBe(true);
    expect(error instanceof ConfigurationError).toBe(false);
  });

  it("are told from the errors of others, whatever those carry", () => {
    for (const stranger of [
      new Error("x"),
      { code: "inference" },
      Object.assign(new Error("x"), { code: "provider" }),
    ]) {
      expect(isKuleshovError(stranger)).toBe(false);
      expect(stranger instanceof InferenceError).toBe(false);
    }
    for (const nothing of [null, undefined, "inference"]) expect(isKuleshovError(nothing)).toBe(false);
  });

  it("have a code of their own each, by which they are known", () => {
    const classes = Object.values(errors).filter((one) => typeof one === "function" && "code" in one);
    const codes = classes.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("say what cannot be done and why, and name the file, network or store in a field too", () => {
    const cause = new Error("EIO");
    const told = [
      new errors.ImageDecodeError("a.jpg", "it is truncated", { cause }),
      new errors.VideoDecodeError("a.mp4", "it has no video", { cause }),
      new errors.SoundDecodeError("a.wav", "it has no sound", { cause }),
      new errors.NeutralFaceError("calm.jpg", "it shows two faces", { cause }),
      new errors.ModelFileError("mesh", "its hash differs", { cause }),
      new errors.StoreError("kept/", "it is damaged", { cause }),
      new errors.PackError("a.jsonl", [{ line: null, reason: "it has no category" }], { cause }),
      new errors.JudgmentError("It stayed unusable", ["It is empty"], { cause }),
      new errors.ToolInputError("No face F7"),
      new errors.InferenceError("NaN"),
      new errors.ConfigurationError("No such option"),
      new errors.BudgetError("Nothing is left"),
      new errors.ProviderError("busy", { retryable: true }, { cause }),
    ];
    expect(told.slice(0, 8).map((error) => error.cause)).toEqual(Array(8).fill(cause));
    expect(told.map((error) => ({ ...error, text: String(error), spent: undefined, cause: undefined }))).toEqual([
      {
        code: "image-decode",
        name: "ImageDecodeError",
        path: "a.jpg",
        reason: "it is truncated",
        text: "ImageDecodeError: Cannot read image as it is truncated: `a.jpg`",
      },
      {
        code: "video-decode",
        name: "VideoDecodeError",
        path: "a.mp4",
        reason: "it has no video",
        text: "VideoDecodeError: Cannot read clip as it has no video: `a.mp4`",
      },
      {
        code: "sound-decode",
        name: "SoundDecodeError",
        path: "a.wav",
        reason: "it has no sound",
        text: "SoundDecodeError: Cannot read sound as it has no sound: `a.wav`",
      },
      {
        code: "neutral-face",
        name: "NeutralFaceError",
        path: "calm.jpg",
        reason: "it shows two faces",
        text: "NeutralFaceError: Cannot use neutral face as it shows two faces: `calm.jpg`",
      },
      {
        code: "model-file",
        name: "ModelFileError",
        networkId: "mesh",
        text: 'ModelFileError: Cannot use network "mesh" as its hash differs',
      },
      {
        code: "exemplar-store",
        name: "StoreError",
        location: "kept/",
        text: "StoreError: Cannot use exemplar store as it is damaged: `kept/`",
      },
      {
        code: "exemplar-pack",
        name: "PackError",
        path: "a.jsonl",
        problems: [{ line: null, reason: "it has no category" }],
        text: "PackError: Cannot read exemplar pack as it has no category: `a.jsonl`",
      },
      {
        code: "judgment",
        name: "JudgmentError",
        complaints: ["It is empty"],
        text: "JudgmentError: It stayed unusable",
      },
      { code: "tool-input", name: "ToolInputError", text: "ToolInputError: No face F7" },
      { code: "inference", name: "InferenceError", text: "InferenceError: NaN" },
      { code: "configuration", name: "ConfigurationError", text: "ConfigurationError: No such option" },
      { code: "budget", name: "BudgetError", text: "BudgetError: Nothing is left" },
      {
        code: "provider",
        name: "ProviderError",
        retryable: true,
        unreachable: false,
        refused: false,
        text: "ProviderError: busy",
      },
    ]);
    expect(new errors.ProviderError("gone", { retryable: true, unreachable: true }).unreachable).toBe(true);
    expect({ ...new KuleshovError("x") }).toEqual({ name: "KuleshovError", code: "kuleshov", spent: null });
  });

  it.each([
    ["nothing", [], "it is empty"],
    ["one line", [{ line: 3, reason: "it has no label" }], "line 3: it has no label"],
    ["several", [1, 2, 3].map((line) => ({ line, reason: "it has no label" })), "line 1: it has no label (and 2 more)"],
  ])("of a pack name the first line of %s", (_case, problems, words) => {
    expect(new errors.PackError("a.jsonl", problems).message).toBe(
      `Cannot read exemplar pack as ${words}: \`a.jsonl\``,
    );
  });

  it("keep kind and fields on the way out of a worker thread", () => {
    const error = new ProviderError("too many requests", { retryable: true, status: 429 });
    const carried = fromErrorRecord(structuredClone(toErrorRecord(error)));
    expect(isKuleshovError(carried, "provider") && carried.status).toBe(429);
    expect(carried instanceof ProviderError).toBe(true);
    expect(carried instanceof ImageDecodeError).toBe(false);
  });
});
