import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { type RecordedStep, recordSteps, type StepProgress } from "../../src/runs/record-steps.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

const TABLE = "faces.csv";

/** A run in `folder`, closed with its test. */
async function openRun(folder: string) {
  const run = await openRunFolder(folder, { command: "measure", settings: {}, version: "1" });
  const rows = await run.openRows(new Map([[TABLE, "path\n"]]));
  let open = true;
  const close = async () => {
    if (open) await rows.close().then(() => run.close("interrupted"));
    open = false;
  };
  onTestFinished(close);
  return { rows, close, table: () => readFile(join(folder, TABLE), "utf8") };
}

/** An image that is done, or with a share below 1 a clip that is done so far. */
function step(key: string, { share = 1, failed = false } = {}): RecordedStep {
  const isDone = share === 1;
  const counts = { images: failed ? 0 : 1, faces: 0, failures: failed ? 1 : 0 };
  const inProgress = isDone ? null : { key, progress: share };
  return { record: { done: isDone ? key : null, inProgress, text: new Map([[TABLE, `${key}\n`]]), counts }, share };
}

/** A clock that only its steps move. */
function clockOf() {
  let nowMs = 5_000;
  const spy = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => spy.mockRestore());
  return {
    async *after(ms: readonly number[], steps: readonly RecordedStep[]) {
      for (const [index, step] of steps.entries()) {
        nowMs += ms[index] ?? 0;
        yield step;
      }
    },
  };
}

it("tells how far the run is, with what earlier processes did, and what is left at the pace of this one", async () => {
  const { rows } = await openRun(await tempFolder());
  const seen: StepProgress[] = [];
  const steps = [step("a"), step("b", { failed: true }), step("c"), step("d")];
  const end = await recordSteps(clockOf().after([60_000, 4_000, 2_000, 0], steps), {
    ...{ rows, total: 10, already: 6 },
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen).toEqual([
    { done: 7, total: 10, failed: 0, secondsLeft: null },
    { done: 8, total: 10, failed: 1, secondsLeft: 8 },
    { done: 9, total: 10, failed: 1, secondsLeft: 3 },
    { done: 10, total: 10, failed: 1, secondsLeft: 0 },
  ]);
  expect(end).toEqual(seen.at(-1));
});

it("tells no time left before three seconds of work, nor from what it took to begin", async () => {
  const { rows } = await openRun(await tempFolder());
  const seen: (number | null)[] = [];
  const steps = ["a", "b", "c", "d"].map((key) => step(key));
  await recordSteps(clockOf().after([90_000, 1_000, 1_999, 1], steps), {
    ...{ rows, total: 1_003, already: 0 },
    onProgress: ({ secondsLeft }) => seen.push(secondsLeft),
  });
  expect(seen).toEqual([null, null, null, 999]);
});

it("counts the part of a clip that is done towards the time that is left", async () => {
  const { rows } = await openRun(await tempFolder());
  const seen: (number | null)[] = [];
  const steps = [step("clip", { share: 0.25 }), step("clip", { share: 0.5 }), step("clip"), step("next")];
  await recordSteps(clockOf().after([1_000, 4_000, 8_000, 12_000], steps), {
    ...{ rows, total: 3, already: 0 },
    onProgress: ({ done, secondsLeft }) => seen.push(done, secondsLeft && Math.round(secondsLeft)),
  });
  expect(seen).toEqual([0, null, 0, 40, 1, 32, 2, 14]);
});

it("takes the pace of a clip that goes on from what this process did of it", async () => {
  const folder = await tempFolder();
  const first = await openRun(folder);
  const clock = clockOf();
  await recordSteps(clock.after([0], [step("clip", { share: 0.5 })]), { rows: first.rows, total: 2, already: 0 });
  await first.close();
  const { rows } = await openRun(folder);
  const seen: (number | null)[] = [];
  const steps = [step("clip", { share: 0.6 }), step("clip", { share: 0.8 }), step("clip"), step("next")];
  await recordSteps(clock.after([1_000, 4_000, 4_000, 0], steps), {
    ...{ rows, total: 2, already: 0 },
    onProgress: ({ secondsLeft }) => seen.push(secondsLeft && Math.round(secondsLeft)),
  });
  expect(seen).toEqual([null, 24, 20, 0]);
});

it("has no more than a second's work unwritten", async () => {
  const { rows, table } = await openRun(await tempFolder());
  const written: string[] = [];
  const clock = clockOf();
  async function* steps() {
    for await (const next of clock.after(
      [999, 1, 999, 1],
      ["a", "b", "c", "d"].map((key) => step(key)),
    )) {
      written.push(await table());
      yield next;
    }
    written.push(await table());
  }
  await recordSteps(steps(), { rows, total: 4, already: 0 });
  const [two, four] = ["path\na\nb\n", "path\na\nb\nc\nd\n"];
  expect(written).toEqual(["path\n", "path\n", two, two, four]);
  expect(await table()).toBe(four);
});

it("keeps what came before a failure, and before an end that was asked for", async () => {
  const { rows, table } = await openRun(await tempFolder());
  async function* failing() {
    yield step("a");
    throw new RangeError("broken");
  }
  await expect(recordSteps(failing(), { rows, total: 3, already: 0 })).rejects.toThrow("broken");
  expect(await table()).toBe("path\na\n");
  const stop = new AbortController();
  async function* stopped() {
    yield step("b");
    stop.abort(new Error("asked to stop"));
  }
  await expect(recordSteps(stopped(), { rows, total: 3, already: 1, signal: stop.signal })).rejects.toThrow("asked to");
  expect(await table()).toBe("path\na\nb\n");
});
