import { expect, it } from "vitest";
import { createJobs, type Job } from "../../src/studio/jobs.ts";

const ABOUT = { kind: "ask", title: "a.jpg", address: "/image/a.jpg" };

it("runs jobs of one kind one after another, and those of others meanwhile", async () => {
  const jobs = createJobs();
  const order: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  jobs.start(ABOUT, async () => {
    await held;
    order.push("first");
  });
  jobs.start(ABOUT, async () => void order.push("second"));
  jobs.start({ ...ABOUT, kind: "measure" }, async () => {
    order.push("other");
    release();
  });
  await settled(jobs);
  expect(order).toEqual(["other", "first", "second"]);
});

it("tells news as they come, and why nothing came out", async () => {
  const jobs = createJobs();
  const seen: (string | null)[] = [];
  jobs.subscribe(() => seen.push(jobs.list()[0]?.step ?? null));
  jobs.start(ABOUT, async (tell) => {
    tell({ step: "measuring", progress: { done: 1, total: 2 } });
    throw new Error("no luck");
  });
  await settled(jobs);
  expect(seen).toContain("measuring");
  expect(jobs.list()[0]).toMatchObject({
    state: "failed",
    progress: { done: 1, total: 2 },
    failure: expect.stringContaining("no luck"),
  });
});

it("stops a job under way, and one that waits, without calling it a failure", async () => {
  const jobs = createJobs();
  const untilAborted = (_tell: unknown, signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const [first, second] = [jobs.start(ABOUT, untilAborted), jobs.start(ABOUT, untilAborted)];
  await Promise.resolve();
  expect([jobs.stop(second.id), jobs.stop(first.id), jobs.stop("J9")]).toEqual([true, true, false]);
  await settled(jobs);
  expect(jobs.list().map(({ state, failure }) => [state, failure])).toEqual([
    ["stopped", null],
    ["stopped", null],
  ]);
});

it("remembers the last ended jobs, and every one under way", async () => {
  const jobs = createJobs();
  for (let i = 0; i < 40; i++) {
    jobs.start(ABOUT, async () => {});
    await settled(jobs);
  }
  expect(jobs.list().length).toBeLessThanOrEqual(31);
  expect(jobs.list().at(-1)?.id).toBe("J40");
});

function settled(jobs: { list(): readonly Job[]; subscribe(listener: () => void): () => void }): Promise<void> {
  return new Promise((resolve) => {
    const look = () => jobs.list().every(({ state }) => state !== "waiting" && state !== "running") && resolve();
    jobs.subscribe(look);
    look();
  });
}
