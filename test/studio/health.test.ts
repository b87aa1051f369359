import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { beforeEach, expect, it, vi } from "vitest";
import { openCache } from "../../src/compose/caches.ts";
import { networksToPull } from "../../src/compose/health.ts";
import type { HealthCheck } from "../../src/domain/health.ts";
import type { Job } from "../../src/studio/jobs.ts";
import { createStudio, type StudioServer } from "../../src/studio/studio.ts";
import { says, saysJson } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

const TOKEN = "t".repeat(43);

let folder: string;
let studio: StudioServer;

beforeEach(async () => {
  folder = await tempFolder();
  vi.stubEnv("KULESHOV_CACHE", await tempFolder());
  process.chdir(folder);
  studio = await createStudio({ root: folder, token: TOKEN });
  return async () => {
    await studio.close();
    vi.unstubAllEnvs();
  };
});

async function ask(inside: string, message?: object) {
  const init = { method: "POST", body: JSON.stringify(message), headers: { "Content-Type": "application/json" } };
  const address = `http://127.0.0.1:4757/${TOKEN}/api${inside}`;
  const response = await studio.app.request(address, message === undefined ? {} : init);
  return { status: response.status, body: await response.json() };
}

it("removes what is kept between runs, but not while something uses it", async () => {
  const answers = openCache("answers");
  await answers.put("a".repeat(64), { said: "yes" });
  const kept = async () => {
    const { caches } = (await ask("/places")).body;
    return caches.find(({ name }: { name: string }) => name === "answers").entries;
  };
  expect(await kept()).toBe(1);
  let finish = () => {};
  studio.jobs.start({ kind: "ask", title: "a.jpg", address: "/" }, () => new Promise((resolve) => (finish = resolve)));
  expect(await ask("/caches/clear", {})).toEqual({
    status: 400,
    body: { error: "Cannot clear while a.jpg is under way: stop it, or wait for its end" },
  });
  expect(await kept()).toBe(1);
  await vi.waitFor(() => expect(studio.jobs.list()[0]?.state).toBe("running"));
  finish();
  await vi.waitFor(() => expect(studio.jobs.list()[0]?.state).toBe("done"));
  expect((await ask("/caches/clear", {})).status).toBe(200);
  expect([await kept(), existsSync(answers.path("a".repeat(64)))]).toEqual([0, false]);
});

it("fetches no network whose licence was not accepted, and none that there is not", async () => {
  const pulls = await networksToPull();
  expect(pulls.filter(({ download }) => download === "face_landmarker")).toMatchObject([
    { networks: ["face-landmarker-blendshapes", "face-landmarker-mesh"] },
  ]);
  expect(await ask("/networks/pull", { download: "face_landmarker", accepted: false })).toEqual({
    status: 400,
    body: { error: 'Nothing was fetched as the licence of "face_landmarker" was not accepted: tick it first' },
  });
  expect(studio.jobs.list()).toEqual([]);
  await ask("/networks/pull", { download: "no_such", accepted: true });
  const [job] = await vi.waitFor(() => {
    const jobs: readonly Job[] = studio.jobs.list();
    expect(jobs[0]?.state).toBe("failed");
    return jobs;
  });
  expect(job?.failure).toMatch(
    /^Nothing can be pulled under the name "no_such": known are clip-vit-base-patch32, face_landmarker/,
  );
});

it("tries a judge as doctor does, and says what it saw; one that is built in needs none", async () => {
  const server = await startOllamaServer((asked) =>
    asked.format === undefined ? says("Nothing.") : saysJson({ face: "F2" }),
  );
  vi.stubEnv("OLLAMA_HOST", server.url);
  const ended = (id: string) =>
    vi.waitFor(() => {
      const job = studio.jobs.list().find((each) => each.id === id);
      expect(job?.state).toMatch(/done|failed/);
      return job;
    }, 20_000);
  const tryIt = async (model: string) => ended((await ask("/models/probe", { model, again: false })).body.job.id);
  const about = "/models/probe?model=ollama%3Aseer%3A7b";
  expect((await ask(about)).body).toEqual({ tried: null });
  expect(await tryIt("ollama:seer:7b")).toMatchObject({ state: "done", address: "/health/?model=ollama%3Aseer%3A7b" });
  const { tried } = (await ask(about)).body;
  expect(tried.checks.map(({ name, state }: HealthCheck) => [name, state])).toEqual(
    expect.arrayContaining([
      ["structured output", "ready"],
      ["vision", "suspect"],
    ]),
  );
  const asked = server.chats.length;
  await tryIt("ollama:seer:7b");
  expect([(await ask(about)).body.tried.kept, server.chats.length]).toEqual([true, asked]);
  expect((await tryIt("rules"))?.failure).toMatch(/^"rules" is built in and needs no probe: name /);
});

it("says that the folder is gone, and goes on when it is back", async () => {
  await rename(folder, `${folder}-moved`);
  for (const inside of ["/home", "/studies", "/places"]) {
    expect(await ask(inside)).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^Cannot go on as the folder is not there any more: put it back, or/) },
    });
  }
  await rename(`${folder}-moved`, folder);
  expect((await ask("/home")).status).toBe(200);
});

it("tells pages that were left open over a restart to read again, though nothing was changed", async () => {
  const versionOf = async ({ app }: StudioServer) => {
    const { body } = await app.request(`http://127.0.0.1:4757/${TOKEN}/api/events`);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    return JSON.parse(first.replace(/^data: /, "")).version as string;
  };
  const before = await versionOf(studio);
  expect(await versionOf(studio)).toBe(before);
  const restarted = await createStudio({ root: folder, token: TOKEN });
  expect(await versionOf(restarted)).not.toBe(before);
  await restarted.close();
});
