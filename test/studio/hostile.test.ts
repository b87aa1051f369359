import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import sharp from "sharp";
import { expect, it, onTestFinished, vi } from "vitest";
import * as lab from "../../src/cli/lab.ts";
import * as measuring from "../../src/cli/measure.ts";
import { Report } from "../../src/domain/report.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { systemPath } from "../../src/platform/system-path.ts";
import { reversiblyVisible } from "../../src/platform/visible-text.ts";
import { openBrowser } from "../support/browser.ts";
import { installFakeFfmpeg, writeVideo } from "../support/fake-ffmpeg.ts";
import { HOSTILE, hostile } from "../support/hostile.ts";
import { failsWith } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { serveStudio } from "../support/served-studio.ts";
import { openPage } from "../support/studio-page.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** With a byte that is no UTF-8, where names may have such. */
const IMAGE = `images/i${HOSTILE}${process.platform === "linux" ? "\udce9" : ""}.jpg`;
const STUDY = `studies/s${HOSTILE}`;
const [CLIP, CLIPS] = [`clips/c${HOSTILE}.webm`, `studies/c${HOSTILE}`];
const [LAB_IMAGE, LAB] = [`more/l${HOSTILE}.jpg`, `labs/l${HOSTILE}`];
const MODEL = `m${HOSTILE}:7b`;

/**
 * What stands raw in a page, in texts and attributes, what of it became an element, and images that are not shown. Values
 * of fields and addresses, which are told back to the server, are as they are.
 */
async function rawIn(context: BrowserContext, address: string, whole: string): Promise<string[]> {
  const page = await openPage(context, address);
  await page.waitForSelector(whole);
  const loaded = () => [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0);
  await page.waitForFunction(loaded, undefined, { timeout: 10_000 }).catch(() => "what is broken is told below");
  const found = await page.evaluate(() => {
    const elements = [...document.querySelectorAll(":not(textarea)")];
    const texts = elements.flatMap(({ childNodes }) => [...childNodes].map(({ nodeValue }) => nodeValue ?? ""));
    const attributes = elements.flatMap((each) => [...each.attributes]);
    const shown = attributes.filter(({ name }) => name !== "value" && name !== "href");
    const raw = [document.title, ...texts, ...shown.map(({ name, value }) => `${name}=${value}`)];
    const evil = document.querySelectorAll("img[src=x], [onload], [onerror]");
    const broken = [...document.images].filter(({ naturalWidth }) => naturalWidth === 0);
    return [
      ...raw.filter((text) => /(?![\n\t])[\p{Cc}\p{Cs}\u202e]/u.test(text)),
      ...[...evil, ...broken].map(({ outerHTML }) => outerHTML),
    ];
  });
  await page.close();
  return found;
}

type Tree = { [name: string]: Tree };

/** Hostile text wherever the schema takes any. */
function hostileReport(report: Tree): Tree {
  const evil = hostile(report);
  for (let read = Report.safeParse(evil); !read.success; read = Report.safeParse(evil)) {
    for (const { path } of read.error.issues) {
      const [to, from] = [evil, report].map((tree) =>
        path.slice(0, -1).reduce((at, name) => at[String(name)] as Tree, tree),
      );
      Object.assign(to as Tree, { [String(path.at(-1))]: from?.[String(path.at(-1))] });
    }
  }
  return evil;
}

/** In this process, so that the networks are opened once for all commands. */
const command = (...words: string[]) => runCommand([...words], [measuring, lab]);

/** A study of a clip that browsers play. */
async function beginClip(folder: string): Promise<void> {
  await mkdir(join(folder, "clips"));
  const shot = { fromS: 0, photo: samplePhoto(1), leftPx: 300, topPx: 200, widthPx: 900, movesXPxPerS: 0 };
  await writeVideo(join(folder, CLIP), { shots: [shot], durationS: 1 });
  vi.stubEnv("KULESHOV_FFMPEG", await installFakeFfmpeg(folder));
  expect(await command("measure", "clips", "--fps", "1", "--out", CLIPS)).toMatchObject({ code: 0 });
  vi.unstubAllEnvs();
  await copyFile(ownPath("test", "fixtures", "grey-two-seconds.webm"), join(folder, CLIP));
}

it("shows nothing raw of names, reports, tables, models and servers, on any page", async () => {
  const folder = await tempFolder();
  process.chdir(folder);
  await mkdir(join(folder, "images"));
  await writeFile(systemPath(join(folder, IMAGE)), await sharp(samplePhoto(2)).resize(300).jpeg().toBuffer());
  await writeFile(join(folder, "images", `none${HOSTILE}.jpg`), "no image");
  await command("measure", "images", "--out", STUDY);
  await beginClip(folder);
  await mkdir(join(folder, "more"));
  await copyFile(systemPath(join(folder, IMAGE)), join(folder, LAB_IMAGE));
  const shown = ["--mask", "gray", "--hide", "faces", "--context", `c${HOSTILE}`];
  expect(await command("lab", LAB_IMAGE, ...shown, "--out", LAB)).toMatchObject({ code: 0 });
  const server = await startOllamaServer(
    () => failsWith(400, { error: `no${HOSTILE}` }),
    [{ name: MODEL, capabilities: ["completion", "vision"] }],
  );
  const [studio, browser] = await Promise.all([
    serveStudio(folder, { OLLAMA_HOST: server.url, KULESHOV_FFMPEG: join(folder, "none") }),
    openBrowser(),
  ]);
  onTestFinished(async () => {
    await browser.close();
    await studio.end();
  });
  const context = await browser.newContext();
  const api = async (inside: string, message?: object) => {
    const headers = { "Content-Type": "application/json" };
    const sent = message === undefined ? {} : { method: "POST", headers, body: JSON.stringify(message) };
    return (await fetch(`${studio.address}api${inside}`, sent)).json();
  };
  const [image, study] = [reversiblyVisible(IMAGE), reversiblyVisible(STUDY)];
  const { run } = await api("/ask", { image, context: `c${HOSTILE}` });
  await api("/ask", { image, model: `ollama:${MODEL}` });
  const finished = async () => (await api("/home")).runs.filter((each: { finished: boolean }) => each.finished);
  await expect.poll(finished, { timeout: 30_000 }).toHaveLength(4);
  const report = systemPath(join(folder, run, "report.json"));
  await writeFile(report, JSON.stringify(hostileReport(JSON.parse(await readFile(report, "utf8")))));
  const notes = { kind: "disagree", faceId: "F1", evidenceId: null, text: `n${HOSTILE}` };
  await api("/notes", { run: reversiblyVisible(run), ...notes });
  const face = `${image}#F1`;
  await api("/study/exclude", { study, chosen: { faces: [face] }, reason: `r${HOSTILE}` });
  const seen = { study: reversiblyVisible(CLIPS), clip: reversiblyVisible(CLIP) };
  await api("/clip/people", { ...seen, people: [{ trackId: "T1", fromFrame: 0, person: `p${HOSTILE}` }] });
  expect(
    await api("/clip/markers", { ...seen, markers: [{ lane: `l${HOSTILE}`, fromS: 0, toS: 1, label: `m${HOSTILE}` }] }),
  ).toEqual({});
  const ends = { points: 3, lowest: `a${HOSTILE}`, highest: `z${HOSTILE}` };
  await api("/ratings/begin", { study, most: 9, question: { question: `q${HOSTILE}`, ...ends } });

  const address = (path: string) => path.split("/").map(encodeURIComponent).join("/");
  const pages = {
    "": ".card",
    [`image/${address(image)}?answer=${encodeURIComponent(reversiblyVisible(run))}`]: ".readings",
    [`run/${address(reversiblyVisible(run))}`]: ".settings",
    "study/": ".studies li",
    [`study/${address(study)}?face=${encodeURIComponent(face)}`]: ".told",
    [`clip/${address(seen.study)}?clip=${encodeURIComponent(seen.clip)}`]:
      "main:has(.person :text('onload')):has(.unread):not(:has(img[src*='/clip/frame']))", // there is no ffmpeg to read frames
    [`rate/${address(study)}`]: "input[name=rater]",
    [`rate/${address(study)}?rater=${encodeURIComponent(`r${HOSTILE}`)}`]: ".rating img",
    [`lab/${address(reversiblyVisible(LAB))}`]: ".stimuli img",
  };
  for (const [inside, whole] of Object.entries(pages)) {
    expect(await rawIn(context, `${studio.address}${inside}`, whole), inside).toEqual([]);
  }
});
