import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { samplePhoto } from "../support/photos.ts";
import { serveStudio } from "../support/served-studio.ts";
import { expectNoFaults, openPage, studioInBrowser, tabTo } from "../support/studio-page.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const PHOTO = "three friends.jpg";
const CONTEXT = "They were just told that their friend has died.";

const requests: string[] = [];

const studio = studioInBrowser(async () => {});
beforeAll(() => void studio.context.on("request", (request) => requests.push(request.url())));

const at = (inside: string) => `${studio.address}${inside}`;
const answerAddress = (number: number) =>
  at(`image/images/${encodeURIComponent(PHOTO)}?answer=${encodeURIComponent(`answers/${PHOTO}/${number}`)}`);

const open = (address: string): Promise<Page> => openPage(studio.context, address);

const reportOf = async (number: number) =>
  JSON.parse(await readFile(join(studio.folder, "answers", PHOTO, String(number), "report.json"), "utf8"));

/** Each journey goes on where the one before ended, as a person does. */
describe("the studio in a browser", () => {
  it("judges the first image that is dropped, and keeps what ask --out keeps", async () => {
    const page = await open(studio.address);
    await expect
      .poll(() => page.textContent("main"), { timeout: 20_000 })
      .toContain("Nothing leaves this machine unless");
    expect(await page.textContent("main")).toContain("Nothing yet: drop an image or a clip above");
    const bytes = await sharp(samplePhoto(1)).resize(1000).jpeg().toBuffer();
    const dropped = await page.evaluateHandle(
      ([name, base64]) => {
        const transfer = new DataTransfer();
        const pixels = Uint8Array.from(atob(base64 as string), (character) => character.charCodeAt(0));
        transfer.items.add(new File([pixels], name as string, { type: "image/jpeg" }));
        return transfer;
      },
      [PHOTO, bytes.toString("base64")],
    );
    await page.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
    await page.waitForSelector(".readings");
    expect(page.url()).toBe(answerAddress(1));
    expect(await page.textContent(".answer")).toMatch(/perceived as expressing/);
    expect(await page.textContent(".trace")).toContain("measure face F1");

    expect(await readFile(join(studio.folder, "images", PHOTO))).toEqual(bytes);
    const kept = await readdir(join(studio.folder, "answers", PHOTO, "1"));
    expect(kept.sort()).toEqual(["annotated.png", "journal.jsonl", "report.html", "report.json"]);
    expect((await reportOf(1)).provenance).toMatchObject({ context: null, image: { path: `images/${PHOTO}` } });
    await page.close();
  });

  it("asks again with a context, says what that changed, and two tabs agree", async () => {
    const [page, other] = [await open(answerAddress(1)), await open(answerAddress(1))];
    await page.waitForSelector(".readings");
    await page.click("text=Ask again, with another context or question");
    await page.fill("textarea[name=context]", CONTEXT);
    await page.click("button[type=submit].main");
    await page.waitForSelector("section[aria-label='What changed']");
    expect(await page.textContent("section[aria-label='What changed']")).toMatch(
      new RegExp(`Context: none became ${CONTEXT}.*F1: context only from abstained to sadness`, "s"),
    );
    await expect.poll(() => other.textContent("section[aria-label='Answers so far']")).toContain(CONTEXT);
    await page.reload();
    await page.waitForSelector("section[aria-label='What changed']");

    const [before, after] = [await reportOf(1), await reportOf(2)];
    expect(after.provenance.context).toBe(CONTEXT);
    const faceOnly = ({ judgment }: typeof before) =>
      judgment.subjects.map((subject: typeof before) => subject.faceOnly);
    expect(faceOnly(after)).toEqual(faceOnly(before));
    await Promise.all([page.close(), other.close()]);
  });

  it("lights what a sentence cites, and the sentence where the measurement is pointed at", async () => {
    const page = await open(answerAddress(2));
    const cue = page.locator(".cues li .cited", { hasText: "lip corners" }).first();
    await cue.hover();
    const cited = (await cue.locator(".cite").first().textContent()) as string;
    await expect.poll(() => page.locator(".figure .region").count()).toBe(1);
    expect(await page.locator(`.evidence #${cited}`).getAttribute("class")).toBe("lit");
    await page.locator(`.evidence #${cited}`).hover();
    await expect.poll(() => cue.getAttribute("class")).toBe("cited lit");
    await page.close();
  });

  it("is used by keyboard alone", async () => {
    const page = await open(answerAddress(2));
    await page.waitForSelector(".readings");
    await tabTo(page, "Face F2");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent(".readings caption")).toContain("of F2");
    await expect.poll(() => new URL(page.url()).searchParams.get("face")).toBe("F2");
    await tabTo(page, "gaze");
    await page.keyboard.press("Space");
    await expect.poll(() => new URL(page.url()).searchParams.get("layers")?.includes("gaze")).toBe(false);
    await tabTo(page, /^E\d+$/);
    await expect.poll(() => page.locator(".cited.lit").count()).toBeGreaterThan(0);
    await tabTo(page, "I disagree, or this is not a face");
    await page.keyboard.press("Enter");
    await tabTo(page, "text");
    await page.keyboard.type("She is hiding it.");
    await tabTo(page, "Keep the note");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=She is hiding it.");
    const [note] = (await readFile(join(studio.folder, "answers", PHOTO, "2", "notes.jsonl"), "utf8"))
      .trim()
      .split("\n");
    expect(JSON.parse(note as string)).toMatchObject({ kind: "disagree", faceId: "F2", text: "She is hiding it." });
    await page.close();
  });

  it("says in the command's sentence what is no image, and keeps nothing of it", async () => {
    const page = await open(studio.address);
    const file = { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("hello") };
    await page.setInputFiles("input[name=files]", file);
    await page.waitForSelector(".failure");
    expect(await page.textContent(".failure")).toMatch(/^Cannot read image as it is not an image in JPEG/);
    expect(await readdir(join(studio.folder, "images"))).toEqual([PHOTO]);
    await page.close();
  });

  it("says what to do with 10 000 files that are dropped at once, and copies none", async () => {
    const page = await open(studio.address);
    const dropped = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      for (let at = 0; at < 10_000; at++) transfer.items.add(new File(["x"], `${at}.jpg`, { type: "image/jpeg" }));
      return transfer;
    });
    await page.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
    await page.waitForSelector(".failure:has-text('More than 2000 files at once are too many to copy: start')");
    expect(await readdir(join(studio.folder, "images"))).toEqual([PHOTO]);
    await page.close();
  });

  it("asks about a list, and leads to its answers", async () => {
    const page = await open(studio.address);
    const arabic = "علم للتو أنه فاز";
    const list = Buffer.from(`path,context\nimages/${PHOTO},${CONTEXT}\nimages/${PHOTO},${arabic}\n`);
    await page.setInputFiles("input[name=files]", { name: "list.csv", mimeType: "text/csv", buffer: list });
    await page.waitForSelector("text=answers.html");
    await page.waitForSelector(".case img");
    const caption = page.locator(".case span[dir=auto]").filter({ hasText: arabic });
    expect(await caption.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
    expect(page.url()).toBe(at("run/answers/list.csv/1"));
    expect(await readFile(join(studio.folder, "answers", "list.csv", "1", "answers.csv"), "utf8")).toContain(CONTEXT);
    await page.close();
  });

  it("shows one sentence to a wrong token", async () => {
    const page = await open(studio.address.replace(/\/[\w-]{43}\//, `/${"x".repeat(43)}/`));
    expect(await page.textContent("main p")).toMatch(/^There is no such address: open the one/);
    await page.close();
  });

  it("has nothing serious for axe-core, and no sideways scroll", async () => {
    await expectNoFaults(studio.browser, {
      [studio.address]: ".card",
      [`${answerAddress(2)}&with=answers/${encodeURIComponent(PHOTO)}/1`]: "section[aria-label='What changed']",
    });
  });

  it("says on an open page that the folder is gone, and goes on by itself when it is back", async () => {
    const page = await open(studio.address);
    await page.waitForSelector(".card");
    await rename(studio.folder, `${studio.folder}-moved`);
    await page.click("text=Studies");
    await page.waitForSelector(".failure:has-text('Cannot go on as the folder is not there any more: put it back')");
    await page.reload();
    await page.waitForSelector(".failure:has-text('Cannot go on as the folder is not there any more: put it back')");
    await rename(`${studio.folder}-moved`, studio.folder);
    await page.waitForSelector("text=Measure a folder");
    expect(await page.locator(".failure").count()).toBe(0);
    await page.close();
  });

  it("says on a page that was left open that the studio was started anew under another address", async () => {
    const page = await open(studio.address);
    const { port } = new URL(studio.address);
    await studio.kill();
    await page.waitForSelector(".failure:has-text('The studio does not answer')");
    await page.setInputFiles("input[name=files]", samplePhoto(2));
    await page.waitForSelector(".drop .failure:has-text('.jpg` was not sent, as the studio does not answer: start')");
    const env = { KULESHOV_CACHE: await temporaryFolder() };
    const other = await serveStudio(studio.folder, env, undefined, Number(port));
    try {
      await page.waitForSelector(".failure:has-text('This page is of an earlier start of the studio')");
      await page.click("text=Try the sample");
      await page.waitForSelector(".drop .failure:has-text('This page is of an earlier start of the studio')");
    } finally {
      await other.end();
    }
    await page.close();
  });

  it("has asked nobody but this machine", () => {
    const { origin } = new URL(studio.address);
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.filter((url) => !url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url))).toEqual([]);
  });
});
