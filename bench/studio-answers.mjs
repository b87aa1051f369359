// The page of an evaluation of 50 000 answers in a browser: how long until the first of them are on the page, and how long a
// filter takes. `npm run build && node bench/studio-answers.mjs`. Prints milliseconds of this machine as it is loaded now.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveStudio } from "../dist/src/studio/serve.js";
import { openBrowser } from "./support/browser.mjs";
import { figure } from "./support/figures.mjs";
import { storeResults } from "./support/stored-results.mjs";

const TARGETS = { firstMs: 1_000, filterMs: 200 };
const STATUS = "[aria-label=Answers] > [role=status]";
const told = (name, ms, atMost) => figure(name, ms, { unit: "ms", atMost });

const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
process.chdir(folder);
await storeResults(folder);
const studio = await serveStudio({ port: 0 });
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const firstRow = "tr[aria-rowindex='2']";
  async function opened() {
    const startedMs = performance.now();
    await page.goto(`${studio.address}evaluation/run`, { waitUntil: "commit" });
    await page.waitForSelector(firstRow, { timeout: 300_000 });
    return performance.now() - startedMs;
  }
  told("first answers after a start", await opened(), TARGETS.firstMs);
  const first = await page.textContent(STATUS);
  const startedMs = performance.now();
  await page.waitForSelector("[aria-label=Answers] > [role=status]:has-text('50000 answers shown')", {
    timeout: 300_000,
  });
  console.log(first.trim());
  figure("all answers, after the first", performance.now() - startedMs, { unit: "ms" });
  told("first answers again", await opened(), TARGETS.firstMs);
  const filters = {
    "outcome: wrong": ["state", "wrong"],
    "right is fear": ["truth", "fear"],
    "answer: anger": ["answer", "anger"],
    "words: s1249": ["words", "s1249"],
  };
  for (const [name, [field, value]] of Object.entries(filters)) {
    const ms = await page.evaluate(
      async ([field, value]) => {
        const status = document.querySelector("[aria-label=Answers] > [role=status]");
        const input = document.querySelector(`[aria-label=Answers] [name=${field}]`);
        const startedMs = performance.now();
        input.value = value;
        input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
        do await new Promise((next) => requestAnimationFrame(next));
        while (!/answers? shown/.test(status.textContent) || document.querySelector("tr[aria-rowindex='2']") === null);
        return performance.now() - startedMs;
      },
      [field, value],
    );
    console.log(await page.textContent(STATUS));
    told(name, ms, TARGETS.filterMs);
  }
  const end = await page.evaluate(async () => {
    const box = document.querySelector("[aria-label='Answers one by one']");
    const startedMs = performance.now();
    box.scrollTo(0, box.scrollHeight);
    do await new Promise((next) => requestAnimationFrame(next));
    while (document.querySelector("table[aria-rowcount] tbody:last-of-type tr[aria-rowindex]") === null);
    return performance.now() - startedMs;
  });
  told("to the last answer", end, TARGETS.filterMs);
} finally {
  await browser.close();
  await studio.close();
  await rm(folder, { recursive: true, force: true });
}
