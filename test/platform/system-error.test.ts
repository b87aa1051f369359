import { mkdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { systemErrorSentence, whyRefused } from "../../src/platform/system-error.ts";

const refused = (code: string, fields: object = {}) =>
  Object.assign(new Error(code), { code, syscall: "write", ...fields });

describe("What the operating system refuses", () => {
  it("is told in one sentence with the path", async () => {
    const error = await readFile("/nowhere/at-all").catch((refusal: unknown) => refusal);
    expect(systemErrorSentence(error)).toBe("Cannot go on as there is no such file: `/nowhere/at-all`");
  });

  it("says what to do where something can be done", () => {
    expect(systemErrorSentence(refused("ENOSPC"))).toBe(
      "Cannot go on as the disk is full: free some space and try again",
    );
    expect(whyRefused(refused("EMFILE"))).toBe(
      "too many files are open: raise the limit, for example with `ulimit -n 1024`",
    );
  });

  it("is told of a path with a NUL character, which Node refuses itself, and of no other wrong argument", async () => {
    const error = await readFile("a\0b").catch((refusal: unknown) => refusal);
    expect(systemErrorSentence(error)).toBe("Cannot go on as its name holds a NUL character, which no file's name can");
    const other = await readFile(import.meta.filename, { flag: -1.5 }).catch((refusal: unknown) => refusal);
    expect(systemErrorSentence(other)).toBeUndefined();
  });

  it("is found in the causes of another error", () => {
    const wrapped = new Error("a batch failed", {
      cause: new Error("a file failed", { cause: refused("EROFS", { path: "x" }) }),
    });
    expect(systemErrorSentence(wrapped)).toBe("Cannot go on as the disk can only be read: `x`");
  });

  it("keeps a code that is not known", async () => {
    const error = await mkdir("/proc/x").catch((refusal: unknown) => refusal);
    expect(whyRefused(error)).toMatch(/^(there is no such file|the system refused \(E[A-Z]+\))$/);
    expect(whyRefused(refused("EWEIRD"))).toBe("the system refused (EWEIRD)");
  });

  it("is nothing else: a bug, one of our own errors or no error at all", () => {
    expect(systemErrorSentence(new TypeError("x is undefined"))).toBeUndefined();
    expect(systemErrorSentence(new ConfigurationError("no such model"))).toBeUndefined();
    expect(systemErrorSentence("words")).toBeUndefined();
  });
});
