import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

const { compared, tableOf } = await import(ownPath("bench", "support", "figures-table.mjs"));

const memory = { bench: "import", name: "most memory", value: 450, unit: "MB", atMost: 400, met: false };
const ratio = { bench: "speed", name: "human / ours", value: 2, unit: "times", atLeast: 3, met: false };

describe("a run of the benchmarks beside the saved one", () => {
  it("says how far each figure has moved, and which target was met before and is missed now", () => {
    const saved = [
      { ...memory, value: 300, met: true },
      { ...ratio, value: 2.5 },
      { ...ratio, bench: "gone", value: 9 },
    ];
    expect(compared([memory, ratio], saved)).toEqual([
      { ...memory, before: 300, change: 0.5, isLost: true },
      { ...ratio, before: 2.5, change: expect.closeTo(-0.2, 12), isLost: false },
    ]);
  });

  it.each([
    ["nothing was saved under its name", { ...memory, name: "least memory" }, null],
    ["it was saved in another unit", { ...memory, unit: "GB" }, 450],
    ["nothing times anything is its value", { ...memory, value: 0 }, 0],
  ])("states no change where %s", (_why, saved, before) => {
    expect(compared([memory], [saved])).toEqual([{ ...memory, before, change: null, isLost: false }]);
  });

  it("puts value, target, verdict and change into one line each", () => {
    const rows = compared([memory, { ...ratio, atLeast: undefined, met: null }], [{ ...memory, value: 300 }]);
    expect(tableOf(rows).split("\n")).toEqual([
      "benchmark  figure        value    target       met  before  change",
      "import     most memory   450 MB   at most 400  NO   300     +50 %",
      "speed      human / ours  2 times",
    ]);
  });
});
