import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createCallLedger } from "../src/adapters/postgres/call-ledger.ts";
import { openDatabase } from "../src/adapters/postgres/database.ts";
import { openFleetQueue } from "../src/compose/fleet.ts";
import { throughLedger } from "../src/compose/fleet-calls.ts";
import { openMerging } from "../src/compose/merging.ts";
import type { ModelOptions } from "../src/compose/models.ts";
import { runShard } from "../src/fleet/run-shard.ts";
import {
  type FleetDependencies,
  type FleetQuery,
  fleetState,
  mergeFleet,
  planFleet,
  workForFleet,
} from "../src/fleet.ts";
import { fleetPage } from "../src/pages/fleet-page.tsx";
import type { ChatRequest, JudgeModel } from "../src/ports/chat-model.ts";
import type { FleetJob, FleetQueue } from "../src/ports/fleet-queue.ts";

import { saysJson } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { samplePhoto } from "./support/photos.ts";
import { noPostgres, type StartedPostgres, startPostgres } from "./support/postgres.ts";
import { carefulJudgment } from "./support/scripted-judge.ts";
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
  let database: string;
  const notes: string[] = [];
  let runs = 0;

  beforeAll(async () => {
    postgres = await startPostgres();
    ({ queue, database } = await openFleetQueue(postgres.address, (notice) => notes.push(notice)));
  });
  afterAll(async () => {
    await queue?.close();
    await postgres?.remove();
  });

  async function planned(shards: number, limits: Partial<FleetQuery> = {}): Promise<string> {
    runs += 1;
    const name = `run-${runs}`;
    await planFleet({ name, words: ["measure", "images"], shards, leaseSeconds: 0.6, ...limits }, queue);
    return name;
  }
  async function work(name: string, run: Run = works) {
    const scratch = await tempFolder();
    return workForFleet({ name, scratch, notify: (notice) => notes.push(notice) }, { queue, database, run }, never);
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
    // Longer than a worker waits before it tries the database again, as real leases are.
    const name = await planned(2, { leaseSeconds: 2 });
    const slow: Run = async ({ shard }) => {
      if (shard.number === 2) {
        await sleep(400);
        postgres.stop();
        await sleep(900);
        postgres.start();
        await sleep(2_500);
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
  });

  it("sets a job aside with its reason after three tries, and ends a worker that can do none", async () => {
    const name = await planned(1);
    const fails: Run = async () => ({ finished: false, reason: "The disk is full" });
    expect(await work(name, fails)).toEqual({ done: 0, failed: 3, gaveUp: "The disk is full" });
    const { jobs, deadLetters } = await fleetState(name, queue);
    expect(jobs).toEqual({ done: 0, working: 0, waiting: 0, setAside: 1 });
    expect(deadLetters).toEqual([{ shard: 1, tries: 3, reason: "The disk is full" }]);
    const shown = fleetPage(await fleetState(name, queue), "now");
    expect(shown).toMatch(/0 of 1[\s\S]*0\.0000[\s\S]*The disk is full[\s\S]*Nobody is\./);
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
  });

  it("gives a job back when its worker is interrupted, with all its tries", async () => {
    const name = await planned(1);
    for (let time = 0; time < 4; time += 1) {
      const stop = new AbortController();
      const stops: Run = async () => {
        stop.abort();
        return { finished: false, reason: "Interrupted." };
      };
      await workForFleet({ name, notify: () => undefined }, { queue, database, run: stops }, stop.signal);
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
    postgres.ask(`UPDATE kuleshov_fleet.run SET plan = plan::jsonb || '{"version": "0.0.1"}' WHERE name = '${name}'`);
    await expect(work(name)).rejects.toThrow("it was planned by Kuleshov 0.0.1");
    postgres.ask("UPDATE kuleshov_fleet.format SET format = 99");
    await expect(work(name)).rejects.toThrow("another version of Kuleshov made its tables (format 99");
    postgres.ask("UPDATE kuleshov_fleet.format SET format = 2");
  });

  /** A model whose requests go through the ledger as those of a worker with this lease. */
  async function modelOf(name: string, job: FleetJob, ask: () => Promise<void> = async () => undefined) {
    const db = await openDatabase(database, () => undefined);
    onTestFinished(() => db.close());
    const ledger = createCallLedger(db, { name, lease: job.lease });
    const open = async ({ beforeRequest }: ModelOptions): Promise<JudgeModel> => ({
      ...{ id: "openai:tiny", remote: false, temperature: 0, seed: null, identity: {} },
      capabilities: {
        tools: false,
        vision: true,
        severalImages: true,
        imagesAfterTools: true,
        structuredOutput: "none",
        contextTokens: null,
      },
      async reply() {
        await beforeRequest?.(10);
        asked += 1;
        await ask();
        return {
          text: `reply ${asked}\0`,
          calls: [],
          malformedCalls: [],
          tokens: { input: 12, output: 3 },
          fingerprint: null,
        };
      },
    });
    return throughLedger(open, {}, { job: { shard: job.shard, budgetUsd: null }, ledger });
  }
  let asked = 0;
  const question: ChatRequest = { messages: [{ role: "system", text: "Judge" }] };
  async function taken(name: string): Promise<FleetJob> {
    const job = await queue.take(name, "worker:1");
    if (job === undefined) throw new Error("there was no job");
    return job;
  }

  it("asks nothing again that was answered, whoever asked, and counts an answer that never came back", async () => {
    const name = await planned(1);
    const first = await taken(name);
    asked = 0;
    const model = await modelOf(name, first);
    const [one, other] = [await model.reply(question), await model.reply(question)];
    expect([one.text, other.text]).toEqual(["reply 1\0", "reply 2\0"]); // two samples are two requests
    const killed = await modelOf(name, first, () => Promise.reject(new Error("killed")));
    const more: ChatRequest = { messages: [{ role: "system", text: "And why?" }] };
    await expect(killed.reply(more)).rejects.toThrow("killed");
    await queue.giveBack(first);
    await expect(model.reply(more)).rejects.toThrow("another worker has taken the job over");
    const second = await modelOf(name, await taken(name));
    expect(await second.reply(question)).toEqual(one);
    expect(await second.reply(question)).toEqual(other);
    const startedMs = performance.now();
    expect((await second.reply(more)).text).toBe("reply 4\0");
    expect(performance.now() - startedMs).toBeGreaterThan(550); // for an answer that somebody else might get still
    expect(asked).toBe(4);
    const { calls, spent } = await queue.status(name);
    expect(calls).toEqual({ answered: 3, failed: 0, underWay: 0, lost: 1 });
    expect(spent).toEqual({ tokens: 3 * 15 + 10, usd: 0 });
  });

  it("keeps to a budget and a rate of all workers together, and goes on with a larger budget", async () => {
    const limits = { budgetTokens: 60, callsPerMinute: 600 };
    const name = await planned(2, limits);
    const models = [await modelOf(name, await taken(name)), await modelOf(name, await taken(name))];
    asked = 0;
    const startedMs = performance.now();
    const said = await Promise.allSettled([0, 1, 2, 3].map((n) => models[n % 2]?.reply({ ...question, seed: n })));
    expect(performance.now() - startedMs).toBeGreaterThan(150); // the third waits for two tenths of a second
    expect(asked).toBe(4);
    expect(said.map(({ status }) => status)).toEqual(Array(4).fill("fulfilled"));
    await expect(models[0]?.reply(question)).rejects.toThrow(
      "The budget of the fleet, 60 tokens (60 used), has no room",
    );
    expect((await work(name)).gaveUp).toContain("The budget of the fleet, 60 tokens");
    const same = { name, words: ["measure", "images"], shards: 2, leaseSeconds: 0.6 };
    await planFleet({ ...same, budgetTokens: 100, resume: true }, queue);
    expect(await work(name)).toEqual({ done: 2, failed: 0, gaveUp: null });
  });

  it("asks as processes of its own, each question once, into the folder that one machine writes", async () => {
    const place = await tempFolder();
    const list = join(place, "list.csv");
    await sharp(samplePhoto(1)).resize(480).toFile(join(place, "party.jpg"));
    await writeFile(list, "path,face\nparty.jpg,F1\ngone.jpg,F1\n");
    const server = await startOpenAiServer((request) => saysJson(carefulJudgment(request)), { key: "sk-secret-key" });
    vi.stubEnv("OPENAI_API_KEY", "sk-secret-key");
    vi.stubEnv("KULESHOV_CACHE", join(place, "cache"));
    onTestFinished(() => void vi.unstubAllEnvs());
    const model = ["--model", "openai:test-model", "--base-url", `${server.url}/v1`, "--mode", "single-pass"];
    const words = ["ask", list, ...model, "--no-scene", "--no-cache"];
    const name = "real";
    await planFleet({ name, words, shards: 1, leaseSeconds: 60 }, queue);
    const told = { name, scratch: place, notify: (notice: string) => void notes.push(notice) };
    expect(await workForFleet(told, { queue, database }, never)).toEqual({ done: 1, failed: 0, gaveUp: null });
    const { calls } = await queue.status(name);
    expect(server.chats.length).toBeGreaterThan(0);
    expect(calls).toEqual({ answered: server.chats.length, failed: 0, underWay: 0, lost: 0 });
    const folder = join(place, "answers");
    const merged = await mergeFleet(name, { folder }, { queue, ...openMerging() });
    expect([merged.images + merged.failures, merged.shards]).toEqual([2, 1]);
    expect(await readFile(join(folder, "answers.csv"), "utf8")).toContain("gone.jpg");
    const wrong = { words: ["measure", list, "--toolbox", "none"], shard: { number: 1, of: 1 }, place };
    expect(await runShard(wrong, never)).toEqual({
      finished: false,
      reason: expect.stringContaining('toolbox "none"'),
    });
    expect(postgres.dump()).not.toContain("sk-secret");
  });
});

it("takes no password from the command line, and says what an address is like", async () => {
  const open = (address: string | undefined) => openFleetQueue(address, () => undefined);
  await expect(open("postgres://me:secret@host/db")).rejects.toThrow(/^A password on a command line(?!.*secret)/);
  await expect(open("mysql://host/db")).rejects.toThrow("is like postgres://user@host/database");
  await expect(open(undefined)).rejects.toThrow("A fleet needs a PostgreSQL");
  await expect(open("postgres://me@127.0.0.1:1/db")).rejects.toThrow("nothing listens there (`127.0.0.1:1/db`)");
});
