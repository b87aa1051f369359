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

  it("keep kind and fields on the way out of a worker thread", () => {
    const error = new ProviderError("too many requests", { retryable: true, status: 429 });
    const carried = fromErrorRecord(structuredClone(toErrorRecord(error)));
    expect(isKuleshovError(carried, "provider") && carried.status).toBe(429);
    expect(carried instanceof ProviderError).toBe(true);
    expect(carried instanceof ImageDecodeError).toBe(false);
  });
});
