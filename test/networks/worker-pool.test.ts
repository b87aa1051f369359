import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { InferenceError, ModelFileError } from "../../src/domain/errors.ts";
import { createWorkerPool, type WorkerPool } from "../../src/networks/worker-pool.ts";
import { ownPath } from "../../src/platform/package-paths.ts";

interface Request {
  readonly act: string;
  readonly value?: unknown;
}
interface Response {
  readonly value: unknown;
  readonly threadId: number;
  readonly workerData: unknown;
}

const WORKER = ownPath("test", "networks", "fixtures", "pool-worker.mjs");
const pools: WorkerPool<Request, Response>[] = [];

function pool(size: number, workerData?: unknown): WorkerPool<Request, Response> {
  const created = createWorkerPool<Request, Response>(WORKER, size, { workerData });
  pools.push(created);
  return created;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((one) => one.close()));
});

describe("createWorkerPool", () => {
  it("answers every request, with no more threads than its size", async () => {
    const two = pool(2);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, value) => two.run({ act: "sleep", value: value % 3 })),
    );
    expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, value) => value % 3));
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBeLessThanOrEqual(2);
  });

  it("starts one thread only while one is enough", async () => {
    const four = pool(4);
    const threads = new Set<number>();
    for (let turn = 0; turn < 4; turn++) threads.add((await four.run({ act: "echo" })).threadId);
    expect(threads.size).toBe(1);
  });

  it("leaves three requests to one thread, and shares more among several", async () => {
    const threadsFor = async (requests: number) => {
      const four = pool(4);
      const answers = Array.from({ length: requests }, () => four.run({ act: "sleep", value: 5 }));
      return new Set((await Promise.all(answers)).map(({ threadId }) => threadId)).size;
    };
    expect(await threadsFor(3)).toBe(1);
    expect(await threadsFor(40)).toBeGreaterThan(1);
  });

  it("hands its workers their data, and moves buffers instead of copying them", async () => {
    const one = pool(1, { cacheDir: "somewhere" });
    const numbers = new Float32Array([1, 2, 3]);
    const answer = await one.run({ act: "double", value: numbers }, [numbers.buffer]);
    expect(answer.value).toEqual(new Float32Array([2, 4, 6]));
    expect(answer.workerData).toEqual({ cacheDir: "somewhere" });
    expect(numbers.byteLength).toBe(0);
  });

  it("throws what the worker threw, of the same class and with its fields", async () => {
    const one = pool(1);
    await expect(one.run({ act: "fail-inference" })).rejects.toThrow(new InferenceError("the numbers do not add up"));
    await expect(one.run({ act: "fail-inference" })).rejects.toBeInstanceOf(InferenceError);
    const model = await one.run({ act: "fail-model" }).catch((error: unknown) => error);
    expect(model).toBeInstanceOf(ModelFileError);
    expect(model).toMatchObject({ name: "ModelFileError", networkId: "some-network" });
    await expect(one.run({ act: "fail-range" })).rejects.toBeInstanceOf(RangeError);
  });

  it("goes on after a request that cannot be posted and an answer that cannot", async () => {
    const one = pool(1);
    await expect(one.run({ act: "echo", value: () => 1 })).rejects.toThrow(/could not be cloned/);
    await expect(one.run({ act: "unclonable" })).rejects.toThrow(/could not be cloned/);
    expect((await one.run({ act: "echo", value: 5 })).value).toBe(5);
  });

  it("reports a crashed worker as an InferenceError and replaces it", async () => {
    const one = pool(1);
    const before = await one.run({ act: "echo" });
    const crash = one.run({ act: "crash" });
    const next = one.run({ act: "echo", value: "after" });
    await expect(crash).rejects.toBeInstanceOf(InferenceError);
    const after = await next;
    expect(after.value).toBe("after");
    expect(after.threadId).not.toBe(before.threadId);
  });

  it("reports a worker file that does not exist instead of waiting for it", async () => {
    const broken = createWorkerPool<Request, Response>(ownPath("no-such-worker.js"), 1);
    pools.push(broken);
    await expect(broken.run({ act: "echo" })).rejects.toThrow(/no-such-worker/);
  });

  it("gives up a waiting request when its signal aborts, and never runs it", async () => {
    const one = pool(1);
    const controller = new AbortController();
    const busy = one.run({ act: "sleep", value: 50 });
    const waiting = one.run({ act: "crash" }, [], controller.signal);
    controller.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow("no longer wanted");
    expect((await busy).value).toBe(50);
    expect((await one.run({ act: "echo", value: 1 })).value).toBe(1);
  });

  it("drops the answer of an aborted run, and uses the worker again once it is done", async () => {
    const one = pool(1);
    const controller = new AbortController();
    const running = one.run({ act: "sleep", value: 60 }, [], controller.signal);
    controller.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    expect((await one.run({ act: "echo", value: 2 })).value).toBe(2);
    await expect(one.run({ act: "echo" }, [], AbortSignal.abort(new Error("late")))).rejects.toThrow("late");
  });

  it("finishes what it accepted before it closes, lets each worker close, and takes nothing more", async () => {
    const closed = new SharedArrayBuffer(4);
    const two = createWorkerPool<Request, Response>(WORKER, 2, { workerData: { closed } });
    const accepted = Array.from({ length: 5 }, (_, value) => two.run({ act: "sleep", value: 10 + value }));
    const closing = two.close();
    await expect(two.run({ act: "echo" })).rejects.toBeInstanceOf(InferenceError);
    await closing;
    expect((await Promise.all(accepted)).map(({ value }) => value)).toEqual([10, 11, 12, 13, 14]);
    expect(new Int32Array(closed)[0]).toBe(2);
  });

  it("leaves its threads to the next pool of the same file, with that pool's data, as a runtime may not survive their end", async () => {
    const first = pool(1, { of: "the first" });
    const { threadId } = await first.run({ act: "echo" });
    await first.close();
    const second = pool(2, { of: "the second" });
    expect(await second.run({ act: "echo" })).toMatchObject({ threadId, workerData: { of: "the second" } });
  });

  it("does not keep a process alive when idle", async () => {
    const script = `
      import { createWorkerPool } from ${JSON.stringify(ownPath("dist", "src", "networks", "worker-pool.js"))};
      const pool = createWorkerPool(${JSON.stringify(WORKER)}, 1);
      console.log((await pool.run({ act: "sleep", value: 5 })).value);`;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000 });
    expect((await run).stdout.trim()).toBe("5");
  });

  it("refuses a size that is no size", () => {
    expect(() => createWorkerPool(WORKER, 0)).toThrow(RangeError);
  });
});
