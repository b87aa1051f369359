import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openFleetQueue } from "../src/compose/fleet.ts";
import { openMerging } from "../src/compose/merging.ts";
import { runShard } from "../src/fleet/run-shard.ts";
import { type FleetDependencies, fleetState, mergeFleet, planFleet, workForFleet } from "../src/fleet.ts";
import type { FleetQueue } from "../src/ports/fleet-queue.ts";

import { noPostgres, type StartedPostgres, startPostgres } from "./support/postgres.ts";
import { tempFolder } from "./support/temp-folder.ts";

type Run = NonNullable<FleetDependencies["run"]>;

const finished = (number: number, settings = { "--fps": 5 }) => ({
  ...{ finished: true as const, settings },
  files: [{ path: "rows.csv", bytes: Buffer.from(`row ${number}`) }],
});
const works: Run = async ({ shard }) => finished(shard.number);
const never = new AbortController().signal;

describe.skipIf(noPostgres !== null)(`a fleet${noPostgres === null ? "" : ` (skipped: ${noPostgres})`}`, () => {
  let postgres: StartedPostgres;
  let queue: FleetQueue;
  const notes: string[] = [];
  let runs = 0;

  beforeAll(async () => {
    postgres = await startPostgres();
    queue = await openFleetQueue(postgres.address, (notice) => notes.push(notice));
  }, 30_000);
  afterAll(async () => {
    await queue?.close();
    await postgres?.remove();
  });

  async function planned(shards: number, leaseSeconds = 0.6): Promise<string> {
    runs += 1;
    const name = `run-${runs}`;
    await planFleet({ name, words: ["measure", "images"], shards, leaseSeconds }, queue);
    return name;
  }
  async function work(name: string, run: Run = works) {
    const scratch = await tempFolder();
    return workForFleet({ name, scratch, notify: (notice) => notes.push(notice) }, { queue, run }, never);
  }

  it("takes over from a worker that is silent, whatever the clocks say, and lets that one change nothing more", async () => {
    const name = await planned(3);
    const dead = await queue.take(name, "dead:1");
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(2031, 0, 1) });
    onTestFinished(() => void vi.useRealTimers());
    if (dead === undefined) throw new Error("there was no job");
    expect(await work(name)).toEqual({ done: 3, failed: 0, gaveUp: null });
    const late = await queue.finish(dead, { "--fps": 5 }, [{ path: "rows.csv", bytes: Buffer.from("late") }]);
    expect(late).toBe("taken over");
    expect(String((await queue.results(name, dead.shard))[0]?.bytes)).toBe(`row ${dead.shard}`);
    expect((await queue.status(name)).jobs).toEqual({ done: 3, working: 0, waiting: 0, setAside: 0 });
    expect(notes.join()).toContain(
      `The worker dead:1 was not heard of for 0.6 s: its shard ${dead.shard} is taken over`,
    );
  });

  it("leaves a job to a worker that is alive however long it takes, and while the database is away", async () => {
    const name = await planned(2);
    const slow: Run = async ({ shard }) => {
      if (shard.number === 2) {
        await sleep(400);
        postgres.stop();
        await sleep(900);
        postgres.start();
        await sleep(900);
      }
      return finished(shard.number);
    };
    const before = notes.length;
    const [one, other] = await Promise.all([work(name, slow), work(name, slow)]);
    expect(one.done + other.done).toBe(2);
    const told = notes.slice(before).join("\n");
    expect(told).toContain("The database does not answer");
    expect(told).not.toContain("taken over");
    expect(told).not.toContain("kuleshov@");
  }, 20_000);

  it("sets a job aside with its reason after three tries, and ends a worker that can do none", async () => {
    const name = await planned(1);
    const fails: Run = async () => ({ finished: false, reason: "The disk is full" });
    expect(await work(name, fails)).toEqual({ done: 0, failed: 3, gaveUp: "The disk is full" });
    const { jobs, deadLetters } = await fleetState(name, queue);
    expect(jobs).toEqual({ done: 0, working: 0, waiting: 0, setAside: 1 });
    expect(deadLetters).toEqual([{ shard: 1, tries: 3, reason: "The disk is full" }]);
    const same = { name, words: ["measure", "images"], shards: 1, leaseSeconds: 1 };
    await expect(planFleet(same, queue)).rejects.toThrow("there is a run of this name already");
    await expect(planFleet({ ...same, shards: 2, resume: true }, queue)).rejects.toThrow("shards: 1 -> 2");
    await expect(mergeFleet(name, { folder: "x" }, { queue, ...openMerging() })).rejects.toThrow(
      "0 of 1 shards are done",
    );
    expect(await planFleet({ ...same, resume: true }, queue)).toBe(1);
    expect(await work(name)).toEqual({ done: 1, failed: 0, gaveUp: null });
    expect(await planFleet({ ...same, force: true }, queue)).toBe(1);
    expect((await queue.status(name)).jobs).toEqual({ done: 0, working: 0, waiting: 1, setAside: 0 });
  }, 20_000);

  it("gives a job back when its worker is interrupted, with all its tries", async () => {
    const name = await planned(1);
    for (let time = 0; time < 4; time += 1) {
      const stop = new AbortController();
      const stops: Run = async () => {
        stop.abort();
        return { finished: false, reason: "Interrupted." };
      };
      await workForFleet({ name, notify: () => undefined }, { queue, run: stops }, stop.signal);
    }
    expect((await queue.status(name)).jobs).toEqual({ done: 0, working: 0, waiting: 1, setAside: 0 });
  });

  it("refuses a worker of another version, one with other settings, and another Kuleshov's tables", async () => {
    const name = await planned(2);
    const first = await queue.take(name, "first:1");
    if (first === undefined) throw new Error("there was no job");
    await queue.finish(first, { "--fps": 5 }, []);
    const otherwise: Run = async ({ shard }) => finished(shard.number, { "--fps": 10 });
    expect((await work(name, otherwise)).gaveUp).toContain("other settings than the first did (--fps: 5 -> 10)");
    postgres.ask(`UPDATE kuleshov_fleet.run SET plan = plan || '{"version": "0.0.1"}' WHERE name = '${name}'`);
    await expect(work(name)).rejects.toThrow("it was planned by Kuleshov 0.0.1");
    postgres.ask("UPDATE kuleshov_fleet.format SET format = 99");
    await expect(work(name)).rejects.toThrow("another version of Kuleshov made its tables (format 99");
    postgres.ask("UPDATE kuleshov_fleet.format SET format = 1");
  });

  it("measures as processes of its own, into what one machine writes", async () => {
    const place = await tempFolder();
    const images = join(place, "images");
    const list = join(place, "list.csv");
    await sharp({ create: { width: 64, height: 48, channels: 3, background: "teal" } })
      .png()
      .toFile(`${images}.png`);
    await writeFile(list, "path\nimages.png\ngone.png\n");
    const name = "real";
    await planFleet({ name, words: ["measure", list], shards: 1, leaseSeconds: 60 }, queue);
    const told = { name, scratch: place, notify: (notice: string) => void notes.push(notice) };
    expect(await workForFleet(told, { queue }, never)).toEqual({ done: 1, failed: 0, gaveUp: null });
    const folder = join(place, "study");
    const merged = await mergeFleet(name, { folder }, { queue, ...openMerging() });
    expect(merged).toMatchObject({ images: 1, failures: 1, shards: 1 });
    expect(await readFile(join(folder, "failures.csv"), "utf8")).toContain("gone.png");
    const wrong = { words: ["measure", list, "--toolbox", "none"], shard: { number: 1, of: 1 }, place };
    expect(await runShard(wrong, never)).toEqual({
      finished: false,
      reason: expect.stringContaining('toolbox "none"'),
    });
  }, 60_000);
});

it("takes no password from the command line, and says what an address is like", async () => {
  const open = (address: string | undefined) => openFleetQueue(address, () => undefined);
  await expect(open("postgres://me:secret@host/db")).rejects.toThrow(/^A password on a command line(?!.*secret)/);
  await expect(open("mysql://host/db")).rejects.toThrow("is like postgres://user@host/database");
  await expect(open(undefined)).rejects.toThrow("A fleet needs a PostgreSQL");
  await expect(open("postgres://me@127.0.0.1:1/db")).rejects.toThrow("nothing listens there (`127.0.0.1:1/db`)");
});
