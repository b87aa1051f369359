import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readStudySamples } from "../../src/evaluation/dataset/study-samples.ts";
import { readTableSamples } from "../../src/evaluation/dataset/table-samples.ts";
import { DatasetSource } from "../../src/evaluation/file/dataset-source.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { readRunHistory } from "../../src/runs/run-history.ts";
import { readTruth } from "../../src/validation/read-truth.ts";
import { installFakeFfmpeg, writeVideo } from "../support/fake-ffmpeg.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { drag, expectNoFaults, studioInBrowser, tabTo } from "../support/studio-page.ts";
import { tempFolder } from "../support/temp-folder.ts";

const STUDY = "studies/evening";
const CLIP = "clips/party.webm";
const DINNER = "studies/dinner [1].mp4";
const SHOT = { photo: samplePhoto(1), leftPx: 300, topPx: 200, widthPx: 900, movesXPxPerS: 0 };
const VIDEO = { shots: [{ fromS: 0, ...SHOT }], durationS: 2, fps: 10 };

let env: Record<string, string>;

const measure = (...more: string[]) =>
  runCli(["measure", "clips", "--fps", "2", "--out", STUDY, ...more], { cwd: studio.folder, env });

const studio = studioInBrowser(async (folder) => {
  await mkdir(join(folder, "clips"));
  env = { KULESHOV_FFMPEG: await installFakeFfmpeg(folder) };
  await writeVideo(join(folder, CLIP), VIDEO);
  const measured = await measure();
  if (measured.code !== 0) throw new Error(measured.stderr);
  // What the fake ffmpeg reads no browser plays; this one is as long and as large.
  await copyFile(ownPath("test", "fixtures", "grey-two-seconds.webm"), join(folder, CLIP));
  return env;
});

const open = async (more = ""): Promise<Page> => {
  const page = await studio.open(`clip/${STUDY}?clip=${encodeURIComponent(CLIP)}${more}`);
  await page.waitForSelector(".player");
  return page;
};
const tableOf = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(join(studio.folder, STUDY, name)), { columns: true, bom: true });
const timeOf = (page: Page) => page.getAttribute("input[type=range]", "aria-valuetext");
const people = (page: Page) => page.locator(".person h3 bdi").allTextContents();

/** Each journey goes on where the one before ended, as a person does. */
describe("a clip in a browser", () => {
  it("is dropped, measured as the command measures it, and opens; dropped again it is not measured again", async () => {
    const video = await writeVideo(join(await tempFolder(), "dinner [1].mp4"), { ...VIDEO, durationS: 0.4 });
    const page = await studio.open();
    for (const _again of [1, 2]) {
      await page.setInputFiles("input[name=files]", video);
      await page.waitForSelector(".person");
      expect(new URL(page.url()).searchParams.get("clip")).toBe("clips/dinner [1].mp4");
      await page.goto(studio.address);
    }
    expect(await readdir(join(studio.folder, "studies"))).toEqual(["dinner [1].mp4", "evening"]);
    const history = await readRunHistory(join(studio.folder, "studies/dinner [1].mp4"));
    expect(history?.began).toMatchObject({
      command: "measure",
      settings: { inputs: ["clips/dinner [1].mp4"], "--fps": 5 },
    });
    await page.goto(`${studio.address}study/studies/${encodeURIComponent("dinner [1].mp4")}`);
    await page.waitForSelector("text=/\\d faces? in \\d+ frames/");
    await page.close();
  });

  it("is copied with its folder as it lies in it, and what is no clip is said", async () => {
    const holiday = join(await tempFolder(), "holiday");
    await mkdir(join(holiday, "beach"), { recursive: true });
    await writeVideo(join(holiday, "beach", "waves.mp4"), { ...VIDEO, durationS: 0.1 });
    await writeFile(join(holiday, "broken.mov"), "no clip");
    await writeFile(join(holiday, "beach", "notes.txt"), "hot");
    await sharp(samplePhoto(1))
      .resize(64)
      .toFile(join(holiday, "beach", "a.jpg"));
    const page = await studio.open();
    await page.setInputFiles("input[name=folder]", holiday);
    await page.waitForSelector(
      "text=Copied into images/holiday: 1 image, 1 clip. Left out: 1 of other kinds. Refused: 1.",
    );
    expect(await page.textContent(".failure")).toMatch(
      /^Cannot read clip as it is no video or is damaged.*`broken.mov`/,
    );
    expect((await readdir(join(studio.folder, "images/holiday/beach"))).sort()).toEqual(["a.jpg", "waves.mp4"]);
    expect(await readdir(join(studio.folder, "images/holiday"))).toEqual(["beach"]);
    await page.click("text=Measure them in a study");
    await expect.poll(() => page.inputValue("input[name=words]")).toBe("images/holiday");
    await page.close();
  });

  it("gives a frame to a category, as an image that commands read", async () => {
    const page = await studio.open(`clip/${DINNER}?clip=${encodeURIComponent("clips/dinner [1].mp4")}&at=0.2`);
    await page.waitForSelector(".person");
    const [first = ""] = await people(page);
    const section = page.locator(`section[aria-label="${first}"]`);
    await section.locator("summary", { hasText: "Add to a category" }).click();
    await section.locator("input[name=category]").fill("listening");
    await page.keyboard.press("Enter");
    await page.waitForSelector(`text=${first} was added to listening`);
    const listed = await runCli(["exemplars", "list", "--json"], { cwd: studio.folder });
    const [exemplar, ...others] = JSON.parse(listed.stdout);
    expect(others).toEqual([]);
    expect(exemplar.category).toBe("listening");
    expect(exemplar.image.path).toMatch(/frames\/dinner \[1\]\.mp4-\w+\/0\.2s\.png$/);
    const { width } = await sharp(exemplar.image.path).metadata();
    expect(width).toBe(480);

    await page.goto(`${studio.address}categories/?study=${encodeURIComponent(DINNER)}`);
    const thumbs = page.locator(".tray .thumb");
    await thumbs.nth(3).waitFor();
    expect(await page.locator(".tray .thumb b:text-is('listening')").count()).toBe(1);
    await thumbs.filter({ hasText: "0.0 s F2" }).click(); // the other one: an image that shows the same is refused
    await drag(
      thumbs.and(page.locator("[aria-pressed=true]")),
      page.locator("section[aria-label=listening] .pile").first(),
    );
    await page.waitForSelector("text=1 face now in listening.");
    await page.close();
  });

  it("has its faces rated by labels, in a table that validations and evaluations read", async () => {
    const page = await studio.open(`rate/${DINNER}`);
    await page.click("text=one of several labels");
    await page.fill("textarea[name=labels]", "happiness, neutral, Happiness");
    await page.click("text=Draw the faces");
    await page.waitForSelector("text=Two labels are the same");
    await page.fill("textarea[name=labels]", "happiness, neutral, sadness");
    await page.click("text=Draw the faces");
    await page.fill("input[name=rater]", "Ann");
    await page.keyboard.press("Enter");
    for (const at of [1, 2, 3, 4]) {
      await page.waitForSelector(`section[aria-label='Face ${at} of 4'] img`);
      expect(await page.locator(".rating img").evaluate((image: HTMLImageElement) => image.decode())).toBeUndefined();
      await page.keyboard.press("2");
    }
    await page.waitForSelector("text=That was the last face, thank you.");
    const table = join(studio.folder, DINNER, "ratings", "ratings.csv");
    await expect.poll(async () => (await readTruth(table, studio.folder).catch(() => null))?.truths.length).toBe(4);
    const { truths, problems } = await readTruth(table, studio.folder);
    expect([truths.map(({ label }) => label), problems]).toEqual([Array(4).fill("neutral"), []]);
    const columns = { image: "path", time: "timestamp_s", region: "region", votes: { neutral: "votes_neutral" } };
    const source = DatasetSource.parse({ format: "csv", path: table, images: studio.folder, columns });
    const rows = await readTableSamples(source as never, table, table);
    const times = new Set(rows.map((row) => ("frame" in row ? JSON.stringify(row.frame) : row)));
    expect(times).toEqual(new Set([0, 0.2].map((timeSec) => JSON.stringify({ timeSec }))));
    await page.close();
  });

  it("is found from its study, played, and gone through by keyboard", async () => {
    const page = await studio.open(`study/${STUDY}`);
    await page.click(`a:has-text("${CLIP}")`);
    await page.waitForSelector(".screen svg rect");
    const shownAt = () => page.evaluate(() => document.querySelector("video")?.currentTime);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => timeOf(page), { timeout: 20_000 }).toBe("0:01.0 of 0:01.5");
    await expect.poll(shownAt, { timeout: 20_000 }).toBe(1);
    await page.keyboard.press("Home");
    await page.keyboard.press(" ");
    await expect.poll(() => timeOf(page), { timeout: 20_000 }).toBe("0:01.5 of 0:01.5");
    await page.waitForSelector("button:text-is('Play')");
    await expect.poll(() => new URL(page.url()).searchParams.get("at"), { timeout: 20_000 }).toBe("1.50");
    expect(await page.locator(".uplot canvas").count()).toBe((await people(page)).length);
    await page.close();
  });

  it("is seen over time, is gone through by its frames, and is asked about", async () => {
    const dinner = `clip/${encodeURIComponent(DINNER)}?clip=${encodeURIComponent("clips/dinner [1].mp4")}`;
    const page = await studio.open(dinner.replaceAll("%2F", "/"));
    const frames = page.locator(".moments button");
    await frames.last().waitFor();
    expect(await frames.count()).toBe(12);
    expect(await frames.nth(11).getAttribute("aria-label")).toMatch(/^0\.2 s\. .*T1: /);
    // Pointed at or focused, one is shown with its numbers, and no other.
    const shown = () =>
      page
        .locator(".screen > li")
        .evaluateAll((all) => all.flatMap((one, at) => (getComputedStyle(one).visibility === "visible" ? [at] : [])));
    await frames.nth(11).hover();
    expect(await shown()).toEqual([11]);
    await page.mouse.move(0, 0);
    await tabTo(page, /^0\.\d s\. .*T1: /);
    expect(await shown()).toEqual([0]);
    await page.keyboard.press("Tab");
    expect(await shown()).toEqual([1]);
    await page.keyboard.press("Enter");
    await frames.nth(11).click();
    await expect.poll(() => timeOf(page)).toContain("0:00.2");
    await page.fill("section[aria-label=Ask] input[name=question]", "Who smiles?");
    await page.click("section[aria-label=Ask] button[type=submit]");
    await page.waitForSelector(".answer");
    expect(decodeURIComponent(new URL(page.url()).pathname)).toContain("/image/clips/dinner [1].mp4");
    const rows = await page.locator(".lane-row").allTextContents();
    for (const name of ["face only", "context only", "integrated"]) {
      expect(rows).toContainEqual(expect.stringMatching(new RegExp(`^${name}`)));
    }
    await page.close();
  });

  it("has its people named, told apart and taken for one, in a file of the study that commands leave alone", async () => {
    const page = await open("&at=1");
    await page.waitForSelector(".person");
    const [first = "", second = ""] = await people(page);
    await page.fill(`input[aria-label="Name of ${first}"]`, "Ann");
    await page.keyboard.press("Enter");
    await page.waitForSelector("section[aria-label=Ann]");
    await page.waitForSelector(".screen text:has-text('Ann')");
    expect(await tableOf("people.csv")).toEqual([{ path: CLIP, track_id: first, from_frame: "0", person: "Ann" }]);

    await page.click(`section[aria-label=${second}] >> text=Somebody else from here on`);
    await page.waitForSelector(`section[aria-label="${second} 2"]`);
    await page.selectOption(`select[aria-label="${second} 2 is the same as"]`, "Ann");
    await expect
      .poll(() => tableOf("people.csv"), { timeout: 20_000 })
      .toContainEqual({ path: CLIP, track_id: second, from_frame: "2", person: "Ann" });
    await expect.poll(() => people(page), { timeout: 20_000 }).not.toContain(`${second} 2`);

    const response = await studio.context.request.get(`${studio.address}api/study/table?path=${STUDY}`);
    const rows = parse(await response.text(), { columns: true, bom: true }) as Record<string, string>[];
    const named = (frame: string, track: string) =>
      rows.find((row) => row.frame === frame && row.track_id === track)?.person;
    expect([named("0", first), named("1", second), named("3", second)]).toEqual(["Ann", second, "Ann"]);
    const measured = await tableOf("faces.csv");
    expect(new Set(measured.map((row) => row.track_id))).toContain(first);
    const folder = join(studio.folder, STUDY);
    const { rows: faces } = await readStudySamples(
      DatasetSource.parse({ format: "study", path: folder }) as never,
      folder,
      folder,
    );
    const subjects = new Set(faces.map((row) => ("sample" in row ? row.sample.subject : row)));
    expect(subjects).toEqual(new Set(["Ann", ...(second === "" ? [] : [`${CLIP} ${second}`])]));
    await page.goto(`${studio.address}study/${STUDY}?view=table`);
    await page.waitForSelector("[role=option] :text-is('Ann')");
    await page.close();
  });

  it("has moments marked and a stretch excluded by keyboard alone", async () => {
    const page = await open("&at=0.5");
    await page.waitForSelector(".screen svg rect");
    await tabTo(page, "label");
    await page.keyboard.type("=she turns");
    await tabTo(page, "begin");
    await page.keyboard.press("m");
    await page.waitForSelector(".marks li:has-text('=she turns')");
    expect(await tableOf("markers.csv")).toEqual([
      { path: CLIP, lane: "event", from_s: "0.5", to_s: "", label: expect.stringMatching(/^'?=she turns$/) },
    ]);
    await page.keyboard.press("i");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("x");
    await page.keyboard.type("hand before the face");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".marks li:has-text('0:00.5 to 0:01.0')");
    const excluded = await tableOf("exclusions.csv");
    expect([...new Set(excluded.map(({ frame, reason }) => `${frame} ${reason}`))]).toEqual([
      "1 hand before the face",
      "2 hand before the face",
    ]);
    await page.reload();
    await page.waitForSelector(".marks li:has-text('excluded: hand before the face')");
    await page.click("text=Count it again");
    await expect.poll(() => tableOf("exclusions.csv"), { timeout: 20_000 }).toEqual([]);

    const exclude = (inside: string, words: object) =>
      page.request.post(`${studio.address}api/${inside}/exclude`, { data: { study: STUDY, ...words } });
    await Promise.all([
      exclude("clip", { clip: CLIP, fromS: 0, toS: 0, reason: "on its own page" }),
      exclude("study", { chosen: { faces: [`${CLIP} frame 3#F1`] }, reason: "on that of the study" }),
    ]);
    const reasons = (await tableOf("exclusions.csv")).map(({ frame, reason }) => `${frame} ${reason}`);
    expect(reasons).toEqual(expect.arrayContaining(["0 on its own page", "3 on that of the study"]));
    await exclude("study", { chosen: { filter: "" }, reason: null });
    await page.close();
  });

  it("keeps what people said when the study goes on, and says when the clip is gone or is of a kind that is not played", async () => {
    const before = [await tableOf("people.csv"), await tableOf("markers.csv")];
    await writeVideo(join(studio.folder, CLIP), VIDEO);
    await writeVideo(join(studio.folder, "clips", "second.mp4"), { ...VIDEO, durationS: 1 });
    expect((await measure("--resume")).code).toBe(0);
    expect([await tableOf("people.csv"), await tableOf("markers.csv")]).toEqual(before);
    const page = await open();
    await page.waitForSelector(
      "text=This browser does not play clips of this kind; what was measured is here all the same.",
    );
    expect(await people(page)).toContain("Ann");
    await page.goto(`${studio.address}clip/${STUDY}?clip=clips%2Fgone.mp4`);
    await page.waitForSelector("text=there is no such file");
    await page.close();
  });

  it("is led to from the page of its study that the command wrote", async () => {
    const page = await studio.open(`run/${STUDY}`);
    const opened = studio.context.waitForEvent("page");
    await page.click("a[target=_blank]:text-is('study.html')");
    const written = await opened;
    await written.click("a:text-is('clips/second.mp4')");
    await written.waitForSelector("h1:text-is('second.mp4')");
    await Promise.all([page.close(), written.close()]);
  });

  it("is sent in the parts that a player asks for, and nothing else of the folder with it", async () => {
    const words = new URLSearchParams({ study: STUDY, clip: CLIP });
    const part = (range: string) =>
      studio.context.request.get(`${studio.address}api/clip/video?${words}`, { headers: { range } });
    const whole = await readFile(join(studio.folder, CLIP));
    const some = await part("bytes=10-19");
    expect([some.status(), some.headers()["content-range"]]).toEqual([206, `bytes 10-19/${whole.length}`]);
    expect(await some.body()).toEqual(whole.subarray(10, 20));
    expect(await (await part("bytes=-5")).body()).toEqual(whole.subarray(-5));
    expect((await part(`bytes=${whole.length}-`)).status()).toBe(416);
    for (const clip of [`${STUDY}/faces.csv`, "../secret.mp4"]) {
      const other = await studio.context.request.get(
        `${studio.address}api/clip/video?study=${STUDY}&clip=${encodeURIComponent(clip)}`,
      );
      expect(other.status()).toBeGreaterThanOrEqual(400);
    }
  });

  it("has nothing serious for axe-core, and no sideways scroll", async () => {
    await expectNoFaults(studio.browser, {
      [`${studio.address}clip/${STUDY}?clip=${encodeURIComponent(CLIP)}&at=1`]: ".person",
      [`${studio.address}image/clips/${encodeURIComponent("dinner [1].mp4")}`]: ".moments",
    });
  });
});
