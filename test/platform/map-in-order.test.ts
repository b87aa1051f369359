import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapInOrder } from "../../src/platform/map-in-order.ts";
import { collect } from "../support/collect.ts";

/** Work whose end the test decides on. */
function byHand() {
  const ends = new Map<number, (value: string) => void>();
  const started: number[] = [];
  return {
    started,
    work(input: number): Promise<string> {
      started.push(input);
      return new Promise((resolve) => ends.set(input, resolve));
    },
    async end(input: number): Promise<void> {
      ends.get(input)?.(`r${input}`);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("mapInOrder", () => {
  it("keeps the order and never works on more at once than agreed, whatever takes how long", async () => {
    const delays = fc.array(fc.integer({ min: 9, max: 14 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (turns, concurrency) => {
        let [running, most] = [0, 0];
        const work = async (index: number) => {
          most = Math.max(most, ++running);
          for (let turn = 0; turn < (turns[index] ?? 0); turn++) await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return index;
        };
        expect(await collect(mapInOrder(turns.keys(), work, { concurrency }))).toEqual([...turns.keys()]);
        expect(most).toBeLessThanOrEqual(concurrency);
        if (turns.length >= concurrency) expect(most).toBe(concurrency);
      }),
      { numRuns: 40 },
    );
  });

  it("goes on with others while one is slow, until as many wait as may be worked on", async () => {
    const { work, end, started } = byHand();
    const results = collect(mapInOrder([0, 1, 2, 3, 4, 5, 6], work, { concurrency: 2 }));
    await end(9);
    for (const input of [1, 2, 3]) await end(input);
    expect(started).toEqual([0, 1, 2, 3]);
    await end(0);
    expect(started).toEqual([0, 1, 2, 3, 4, 5]);
    for (const input of [4, 5]) await end(input);
    await end(6);
    expect(await results).toEqual(["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
  });

  it("gives what came before a failure, then fails, and lets go of the inputs", async () => {
    let closed = false;
    async function* inputs() {
      try {
        for (let input = 0; ; input++) yield input;
      } finally {
        closed = true;
      }
    }
    const work = (input: number) => (input === 3 ? Promise.reject(new Error("no")) : Promise.resolve(input));
    const seen: number[] = [];
    const run = async () => {
      for await (const result of mapInOrder(inputs(), work, { concurrency: 4 })) seen.push(result);
    };
    await expect(run()).rejects.toThrow("no");
    expect([seen, closed]).toEqual([[0, 1, 2], true]);
  });

  it("fails with the inputs, after the results of those that came", async () => {
    async function* inputs() {
      yield 0;
      yield 1;
      throw new Error("list is wrong");
    }
    const seen: number[] = [];
    const run = async () => {
      for await (const result of mapInOrder(inputs(), (n) => Promise.resolve(n), { concurrency: 3 })) seen.push(result);
    };
    await expect(run()).rejects.toThrow("list is wrong");
    expect(seen).toEqual([0, 1]);
  });

  it("waits for what is under way when nobody wants more", async () => {
    const { work, end } = byHand();
    const results = mapInOrder([0, 1, 2], work, { concurrency: 2 });
    const first = results.next();
    await end(9);
    await end(0);
    expect((await first).value).toBe("r0");
    let returned = false;
    const returning = results.return(undefined).then(() => {
      returned = true;
    });
    await end(9);
    expect(returned).toBe(false);
    await end(1);
    await end(2);
    await returning;
  });
});
