import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import type { Job } from "../../src/studio/jobs.ts";
import { createStudio, type StudioServer } from "../../src/studio/studio.ts";
import { installFakeFfmpeg, writeVideo } from "../support/fake-ffmpeg.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

const TOKEN = "t".repeat(43);
const ORIGIN = "http://127.0.0.1:4757";

let folder: string;
let studio: StudioServer;

beforeEach(async () => {
  folder = await tempFolder();
  process.chdir(folder);
  studio = await createStudio({ root: folder, token: TOKEN });
  return () => studio.close();
});

afterEach(() => void vi.unstubAllEnvs());

const request = (inside: string, init?: RequestInit) => studio.app.request(`${ORIGIN}/${TOKEN}${inside}`, init);
const post = (inside: string, message: object) =>
  request(inside, { method: "POST", body: JSON.stringify(message), headers: { "Content-Type": "application/json" } });

describe("who is let in", () => {
  it("serves its page to the address with the token, under a policy that lets nobody else in", async () => {
    const response = await request("/");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(`/${TOKEN}/assets/studio.js`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-security-policy": expect.stringMatching(/default-src 'none'; script-src 'self'; style-src 'self'/),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each([
    ["no token", `${ORIGIN}/`, {}],
    ["another token", `${ORIGIN}/${"u".repeat(43)}/api/home`, {}],
    ["a token cut short", `${ORIGIN}/${TOKEN.slice(1)}/api/home`, {}],
    ["a foreign name for this machine", `http://evil.example:4757/${TOKEN}/api/home`, {}],
    ["a page of another origin", `${ORIGIN}/${TOKEN}/api/home`, { Origin: "http://evil.example" }],
    ["a page of another port", `${ORIGIN}/${TOKEN}/api/home`, { Origin: "http://127.0.0.1:1" }],
    ["an image in a foreign page", `${ORIGIN}/${TOKEN}/api/home`, { "Sec-Fetch-Site": "cross-site" }],
  ])("answers %s with one sentence and nothing else", async (_who, url, headers) => {
    const response = await studio.app.request(url, { headers });
    expect(response.status).toBe(404);
    const text = await response.text();
    expect(text).toContain("There is no such address: open the one that `kuleshov studio` printed");
    expect(text).not.toContain(folder);
    expect(text).not.toContain(TOKEN);
  });

  it.each([
    ["its own page", { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" }],
    ["a bookmark", { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate" }],
  ])("lets in %s", async (_who, headers) => {
    expect((await request("/api/home", { headers: headers as Record<string, string> })).status).toBe(200);
  });
});

describe("what is read", () => {
  beforeEach(async () => {
    const outside = await tempFolder();
    await sharp(samplePhoto(1)).resize(64).toFile(join(outside, "secret.jpg"));
    await mkdir("images");
    await symlink(join(outside, "secret.jpg"), "images/link.jpg");
    await symlink(outside, "linked");
    await sharp(samplePhoto(1)).resize(900).toFile("images/a b.jpg");
    return undefined;
  });

  it.each(["../secret.jpg", "/etc/passwd", "images/link.jpg", "linked/secret.jpg", "images/../../secret.jpg"])(
    "refuses %s, which is outside of the folder",
    async (path) => {
      for (const address of ["pixels", "image"]) {
        const response = await request(`/api/${address}?path=${encodeURIComponent(path)}`);
        expect(response.status).toBe(404);
        expect((await response.json()).error).toMatch(/^Cannot read image as it is outside of the folder/);
      }
    },
  );

  it("serves an image downscaled, and once", async () => {
    const response = await request("/api/pixels?path=images%2Fa%20b.jpg&side=100");
    expect(response.headers.get("content-type")).toBe("image/jpeg");
    const { width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect(width).toBe(160);
    const again = { headers: { "If-None-Match": response.headers.get("etag") as string } };
    expect((await request("/api/pixels?path=images%2Fa%20b.jpg&side=100", again)).status).toBe(304);
  });
});

describe("uploads", () => {
  const send = (name: string, body: Uint8Array | string, group?: string) =>
    request(`/api/images?name=${encodeURIComponent(name)}${group === undefined ? "" : `&group=${group}`}`, {
      method: "POST",
      body: body as BodyInit,
    });
  const small = () => sharp(samplePhoto(1)).resize(64).jpeg().toBuffer();

  it("keeps an image under its name, the same once and another beside it", async () => {
    const image = await small();
    const other = await sharp(samplePhoto(2)).resize(64).jpeg().toBuffer();
    expect(await (await send("a.jpg", image)).json()).toEqual({ image: "images/a.jpg" });
    expect(await (await send("a.jpg", image)).json()).toEqual({ image: "images/a.jpg" });
    expect(await (await send("a.jpg", other)).json()).toEqual({ image: "images/a-2.jpg" });
    expect(await (await send("b.jpg", image, "trip")).json()).toEqual({ image: "images/trip/b.jpg" });
    expect(await readFile("images/a.jpg")).toEqual(image);
    expect(await readdir(".kuleshov/uploads")).toEqual([]);
  });

  it.each([
    ["../../evil.jpg", "images/evil.jpg"],
    ["C:\\x\\evil.jpg", "images/evil.jpg"],
    ["<script>.jpg", "images/-script-.jpg"],
    [".hidden.jpg", "images/hidden.jpg"],
    ["صورة.jpg", "images/صورة.jpg"],
    [`${"n".repeat(400)}.jpg`, `images/${"n".repeat(120)}.jpg`],
  ])("keeps %s inside of the folder", async (name, kept) => {
    expect(await (await send(name, await small())).json()).toEqual({ image: kept });
  });

  it("keeps a folder as it lay, inside of its own", async () => {
    const image = await small();
    expect(await (await send("a.jpg", image, "trip/day 1")).json()).toEqual({ image: "images/trip/day 1/a.jpg" });
    const kept = (await (await send("a.jpg", image, "../..//etc/.ssh")).json()).image;
    expect(kept).toBe("images/dropped/dropped/etc/ssh/a.jpg");
  });

  it("keeps a clip that ffmpeg reads, and says of another why not, also where there is no ffmpeg", async () => {
    const clip = async (name: string, body: Uint8Array) =>
      (await request(`/api/clips?name=${name}`, { method: "POST", body: body as BodyInit })).json();
    const shots = [{ fromS: 0, photo: samplePhoto(1), leftPx: 0, topPx: 0, widthPx: 400, movesXPxPerS: 0 }];
    const bytes = await readFile(await writeVideo(join(await tempFolder(), "a.mp4"), { shots, durationS: 0.1 }));
    vi.stubEnv("KULESHOV_FFMPEG", await installFakeFfmpeg(await tempFolder()));
    expect(await clip("a.mp4", bytes)).toEqual({ clip: "clips/a.mp4" });
    expect((await clip("b.mp4", Buffer.from("hello"))).error).toMatch(
      /^Cannot read clip as it is no video or is damaged \(ffmpeg: .*\): `b\.mp4`$/,
    );
    vi.stubEnv("KULESHOV_FFMPEG", join(folder, "no-such-ffmpeg"));
    expect((await clip("c.mp4", bytes)).error).toMatch(
      /^Cannot read clip as ffmpeg, which reads videos, is not installed: install it .*: `c\.mp4`$/,
    );
    const claimed = { method: "POST", headers: { "Content-Length": String(4 * 2 ** 30) } };
    expect((await (await request("/api/clips?name=d.mp4", claimed)).json()).error).toMatch(/more than 2 GB/);
    expect([await readdir("clips"), await readdir(".kuleshov/uploads")]).toEqual([["a.mp4"], []]);
  });

  it.each([
    [
      "a text",
      "notes.jpg",
      "hello",
      "Cannot read image as it is not an image in JPEG, PNG, WebP, GIF, TIFF or AVIF: `notes.jpg`",
    ],
    ["nothing", "empty.jpg", "", "Cannot read image as the file is empty: `empty.jpg`"],
  ])("turns down %s in the words of ask, and leaves nothing", async (_what, name, body, error) => {
    const response = await send(name, body);
    expect([response.status, await response.json()]).toEqual([400, { error }]);
    expect(await readdir(folder)).toEqual([".kuleshov"]);
    expect(await readdir(".kuleshov/uploads")).toEqual([]);
  });

  it("turns down what is too large, whatever its sender says of its length", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(2 ** 23)),
    });
    const response = await request("/api/images?name=a.jpg", {
      method: "POST",
      body: endless,
      duplex: "half",
    } as never);
    expect((await response.json()).error).toMatch(/^Cannot read image as it has more than 100 MB/);
    const claimed = { method: "POST", headers: { "Content-Length": String(4 * 2 ** 30) } };
    expect((await (await request("/api/images?name=a.jpg", claimed)).json()).error).toMatch(/more than 100 MB/);
    expect(await readdir(folder)).toEqual([".kuleshov"]);
  });

  it("sweeps away what a killed studio was being sent", async () => {
    await mkdir(".kuleshov/uploads/half", { recursive: true });
    await writeFile(".kuleshov/uploads/half/a.jpg", "half");
    await createStudio({ root: folder, token: TOKEN });
    expect(await readdir(".kuleshov")).toEqual([]);
  });
});

describe("what commands made", () => {
  it("is told with its files, and with a sentence where it cannot be read", async () => {
    await runInFolder("studies/a b", { path: "list.csv" });
    await mkdir("newer");
    await writeFile("newer/journal.jsonl", '{"began":{"format":99}}\n');
    const { runs } = await (await request("/api/home")).json();
    expect(runs).toEqual([
      expect.objectContaining({ path: "studies/a b", command: "measure", finished: true, problem: null }),
      expect.objectContaining({ path: "newer", problem: expect.stringMatching(/^Cannot go on with the run/) }),
    ]);
    const { run, files } = await (await request("/api/run?path=studies%2Fa%20b")).json();
    expect([run.settings, files]).toEqual([
      { list: { path: "list.csv" } },
      [{ name: "faces.csv", bytes: 4, isShown: false }],
    ]);
    expect((await request("/api/run?path=studies")).status).toBe(404);
  });

  async function runInFolder(path: string, list: object): Promise<void> {
    const run = await openRunFolder(path, { command: "measure", version: "0.1.0", settings: { list } });
    await run.write("faces.csv", "a,b\n");
    await run.close("finished");
  }
});

describe("asking", () => {
  it("writes what ask --out writes, tells how it goes, and finds it again", async () => {
    const { image, context } = await (await post("/api/sample", {})).json();
    const { job, run } = await (await post("/api/ask", { image, context, question: "Is F1 happy?" })).json();
    expect(job).toMatchObject({ kind: "ask", title: "sample.jpg", state: "waiting" });
    expect(run).toBe("answers/sample.jpg/1");
    await ended(job.id);
    expect((await readdir(run)).sort()).toEqual(
      expect.arrayContaining(["annotated.png", "journal.jsonl", "report.html", "report.json"]),
    );
    const report = JSON.parse(await readFile(join(run, "report.json"), "utf8"));
    expect(report.provenance).toMatchObject({
      context,
      question: "Is F1 happy?",
      image: { path: "images/sample.jpg" },
    });

    const found = await (await request(`/api/image?path=${image}`)).json();
    expect(found.answers).toEqual([
      expect.objectContaining({ run, context, question: "Is F1 happy?", model: "rules", finished: true }),
    ]);
    expect((await (await request("/api/home")).json()).runs).toHaveLength(1);

    const answer = async () => (await request(`/api/answer?run=${run}`)).json();
    expect((await answer()).view).toMatchObject({ question: "Is F1 happy?", faces: [{ faceId: "F1" }, {}, {}] });
    const note = { run, kind: "disagree", faceId: "F1", evidenceId: null, text: "She only poses." };
    const fromTabs = [note, { ...note, text: "Or does she?" }].map((each) => post("/api/notes", each));
    expect((await Promise.all(fromTabs)).map(({ status }) => status)).toEqual([200, 200]);
    const { notes } = await answer();
    expect(notes.map(({ text }: { text: string }) => text).sort()).toEqual(["Or does she?", "She only poses."]);
    expect(JSON.parse(await readFile(join(run, "report.json"), "utf8"))).toEqual(report);

    const file = (name: string) => request(`/api/file/${encodeURIComponent(`${run}/`)}/${encodeURIComponent(name)}`);
    expect(Object.fromEntries((await file("report.html")).headers)).toMatchObject({
      "content-disposition": "inline; filename*=UTF-8''report.html",
      "content-security-policy": expect.stringMatching(/^default-src 'none'; img-src data:; .*; sandbox$/),
    });
    expect((await file("report.json")).headers.get("content-disposition")).toMatch(/^attachment/);
    for (const name of ["notes.jsonl", "journal.jsonl", "../../../images/sample.jpg"]) {
      expect((await (await file(name)).json()).error).toMatch(/^Kuleshov wrote no file of this name/);
    }

    const named = { image, faceId: "F1", category: "polite smile", role: "instance", why: null };
    expect(await (await post("/api/exemplars", named)).json()).toEqual({});
    expect(await (await request("/api/categories")).json()).toEqual({ categories: ["polite smile"] });
    expect((await (await post("/api/exemplars", named)).json()).error).toMatch(/^Cannot add exemplar as /);
  });

  it("tells in the command's sentence why nothing came out", async () => {
    await post("/api/sample", {});
    const { job } = await (await post("/api/ask", { image: "images/sample.jpg", model: "opnai:gpt-4.1" })).json();
    expect(await ended(job.id)).toMatchObject({
      state: "failed",
      failure: expect.stringMatching(/^There is no model "opnai:gpt-4.1"/),
    });
  });

  it("asks about every line of a list that was dropped, as ask <list> --out does, the missing aside", async () => {
    await post("/api/sample", {});
    const lines = ["path,context,question", "images/sample.jpg,At a party,Is F1 happy?", "images/gone.jpg,,"];
    expect(await (await sendList("my list.csv", lines.join("\n"))).json()).toEqual({ list: "my list.csv" });
    const { job, run } = await (await post("/api/ask-many", { list: "my list.csv" })).json();
    expect(job).toMatchObject({ kind: "ask", title: "my list.csv", address: "/run/answers/my%20list.csv/1" });
    expect(await ended(job.id)).toMatchObject({ state: "done", progress: { done: 2, total: 2 } });
    const { files } = await (await request(`/api/run?path=${encodeURIComponent(run)}`)).json();
    const names = files.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["answers.csv", "answers.html", "answers.jsonl"]);
    expect(await readFile(join(run, "answers.csv"), "utf8")).toMatch(/images\/sample.jpg.*At a party.*Is F1 happy\?/s);
    expect(await readFile(join(run, "answers.csv"), "utf8")).toMatch(/images\/gone.jpg.*there is no such file/);
  });

  it("reads no list and no image of a list that lies outside of the folder", async () => {
    const outside = await tempFolder();
    await sharp(samplePhoto(1)).resize(64).toFile(join(outside, "secret.jpg"));
    await writeFile(join(outside, "secret.csv"), "path\nsecret.jpg\n");
    await sendList("list.csv", `path\n${join(outside, "secret.jpg")}\n`);
    for (const list of ["list.csv", join(outside, "secret.csv")]) {
      const refused = await post("/api/ask-many", { list });
      expect([refused.status, (await refused.json()).error]).toEqual([
        404,
        expect.stringMatching(/outside of the folder/),
      ]);
    }
    expect(studio.jobs.list()).toEqual([]);
  });

  it("says in the command's sentence what is no list, and turns down one that is too large", async () => {
    await sendList("list.csv", "image\n");
    expect((await (await post("/api/ask-many", { list: "list.csv" })).json()).error).toMatch(/^Cannot /);
    const claimed = { method: "POST", headers: { "Content-Length": String(4 * 2 ** 30) } };
    expect((await (await request("/api/lists?name=a.csv", claimed)).json()).error).toMatch(
      /^Cannot read list as it has more than 20 MB/,
    );
  });

  const sendList = (name: string, body: string) =>
    request(`/api/lists?name=${encodeURIComponent(name)}`, { method: "POST", body });

  it("turns down what is no question, and an image that is not there", async () => {
    expect((await post("/api/ask", { image: "images/a.jpg", out: "/tmp" })).status).toBe(400);
    const missing = await post("/api/ask", { image: "images/gone.jpg" });
    expect((await missing.json()).error).toBe("Cannot read image as there is no such file: `images/gone.jpg`");
  });

  function ended(id: string): Promise<Job> {
    return new Promise((resolve) => {
      const look = () => {
        const job = studio.jobs.list().find((each) => each.id === id);
        if (job !== undefined && !["waiting", "running"].includes(job.state)) resolve(job);
      };
      studio.jobs.subscribe(look);
      look();
    });
  }
});
