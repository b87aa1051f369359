import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reversiblyVisible, spelledBack, visibleLine, visibleText } from "../../src/platform/visible-text.ts";

describe("text that is made visible", () => {
  it.each([
    ["an escape sequence", "\u001b[2Jgone", "\\u001b[2Jgone"],
    ["its one-byte form", "\u009b2Jgone", "\\u009b2Jgone"],
    ["a carriage return, which writes over a line", "safe\rlost", "safe\\u000dlost"],
    ["a turn of the direction of writing", "photo\u202egpj.exe", "photo\\u202egpj.exe"],
    ["an isolated stretch of it", "a\u2067b\u2069", "a\\u2067b\\u2069"],
    ["a byte of a name that is not UTF-8", "caf\udce9.jpg", "caf\\udce9.jpg"],
    ["a delete", "a\u007f", "a\\u007f"],
  ])("spells out %s", (_what, text, seen) => {
    expect(visibleText(text)).toBe(seen);
    expect(JSON.parse(`"${visibleText(text)}"`)).toBe(text);
  });

  it("keeps line breaks, tabs, letters of every script and emoji", () => {
    const text = "a\tb\nü 顔 👩‍👩‍👧 می‌خواهم";
    expect(visibleText(text)).toBe(text);
    expect(visibleText("a\r\nb")).toBe("a\nb");
  });

  it("stays on its line where it must", () => {
    expect(visibleLine("a\nCannot read image")).toBe("a\\u000aCannot read image");
  });

  it("can be read back whatever it was, and is visible", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("", "\\u001b", "\udcff", "\\\\u000a", "C:\\u0041"),
        (text, more) => {
          const given = text.replaceAll("\r", "") + more;
          const seen = reversiblyVisible(given);
          expect(spelledBack(seen)).toBe(given);
          expect(seen).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cs}/u);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
