import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as Axe from "axe-core";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { openBrowser } from "./browser.ts";
import { type ServedStudio, serveStudio } from "./served-studio.ts";
import { temporaryFolder } from "./temp-folder.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The studio on a folder of its own, in a browser, for the tests of one file. */
export interface StudioInBrowser {
  folder: string;
  /** With the token, and `/` at its end. */
  address: string;
  browser: Browser;
  context: BrowserContext;
  open(inside?: string): Promise<Page>;
  /** Ends the studio without warning. */
  kill(): Promise<void>;
  /** Another studio on the folder. */
  start(): Promise<void>;
}

/** A machine that is busy with other things is slow, and no fault of the page. */
const MOST_WAIT_MS = 90_000;

/** @param prepare fills the folder before the studio is opened on it. @returns what is added to its environment. */
export function studioInBrowser(
  prepare: (folder: string) => Promise<Readonly<Record<string, string>> | undefined>,
  permissions: readonly string[] = [],
): StudioInBrowser {
  let served: ServedStudio | undefined;
  let env: Readonly<Record<string, string>> = {};
  const opened = {
    open: (inside = "") => openPage(opened.context, `${opened.address}${inside}`),
    kill: async () => served?.kill(),
    async start() {
      served = await serveStudio(opened.folder, env);
      opened.address = served.address;
    },
  } as StudioInBrowser;
  beforeAll(async () => {
    opened.folder = await temporaryFolder();
    env = (await prepare(opened.folder)) ?? {};
    [opened.browser] = await Promise.all([openBrowser(), opened.start()]);
    opened.context = await opened.browser.newContext({
      viewport: { width: 1400, height: 900 },
      permissions: [...permissions],
    });
    opened.context.setDefaultTimeout(MOST_WAIT_MS);
  });
  afterAll(async () => {
    await opened.browser?.close();
    await served?.end();
  });
  return opened;
}

export async function openPage(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForSelector("h1");
  return page;
}

/** Of the rules that run unless told, those that go by colours and layout: no theme and no width changes names, roles and structure. */
const OF_COLOUR_AND_LAYOUT = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"];

/** What axe-core finds serious on a page, and by how many pixels it scrolls sideways. @param rules all, where none are named. */
async function faultsOf(page: Page, rules?: readonly string[]): Promise<{ serious: unknown[]; sidewaysPx: number }> {
  const sidewaysPx = await page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );
  const { violations } = await page.evaluate<AxeResults, RunOptions>(
    (options) => (window as unknown as { axe: typeof Axe }).axe.run(options),
    { resultTypes: ["violations"], ...(rules === undefined ? {} : { runOnly: [...rules] }) },
  );
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]);
  return { serious, sidewaysPx };
}

/** Wide and light, and then narrow and dark. */
const SIZES = [
  { width: 1400, colorScheme: "light", rules: undefined },
  { width: 390, colorScheme: "dark", rules: OF_COLOUR_AND_LAYOUT },
] as const;

/**
 * Expects nothing serious of axe-core, no sideways scroll and no missing image, with everything unfolded.
 * @param pages addresses, with what shows that one is there.
 */
export async function expectNoFaults(browser: Browser, pages: Readonly<Record<string, string>>): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const axe = await readFile(AXE, "utf8");
  for (const [address, sign] of Object.entries(pages)) {
    const [{ width, colorScheme }] = SIZES;
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await page.goto(address);
    await page.waitForSelector(sign);
    await page.evaluate(() => {
      for (const each of document.querySelectorAll("details")) each.open = true;
    });
    await page.evaluate(axe);
    for (const { width, colorScheme, rules } of SIZES) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      // Two frames: what follows the width of its place has then been drawn anew. A page that draws none has nothing to follow.
      await page.evaluate(
        () =>
          new Promise((done) => {
            requestAnimationFrame(() => requestAnimationFrame(done));
            setTimeout(done, 2_000);
          }),
      );
      const shown = () =>
        page.evaluate(() => [...document.images].every((image) => image.complete || image.loading === "lazy"));
      await expect.poll(shown, { timeout: 20_000 }).toBe(true);
      const faults = await faultsOf(page, rules);
      expect({ address, width, ...faults }).toEqual({ address, width, serious: [], sidewaysPx: 0 });
    }
  }
  await context.close();
}

/** Presses Tab until what has the focus is called so. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      const words = element?.getAttribute("aria-label") ?? labels[0]?.textContent ?? element?.textContent ?? "";
      return { words: words.trim(), name: element?.getAttribute("name") ?? "" };
    });
    const isMeant = typeof name === "string" ? [focused.words, focused.name].includes(name) : name.test(focused.words);
    if (isMeant) return;
  }
  throw new Error(`Nothing called ${name} can be reached by keyboard`);
}

/** Drags by the events of which a drag consists: under load, the mouse of a headless Chromium at times never lets go. */
export async function drag(from: Locator, to: Locator): Promise<void> {
  const dataTransfer = await from.page().evaluateHandle(() => new DataTransfer());
  const isTakenUp = (name: string, at: Locator) =>
    at.evaluate(
      (element, [name, dataTransfer]) =>
        !element.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })),
      [name, dataTransfer] as const,
    );
  expect(await from.getAttribute("draggable")).toBe("true");
  await isTakenUp("dragstart", from);
  // A browser lets go only over what takes a dragover up.
  expect(await isTakenUp("dragover", to)).toBe(true);
  await isTakenUp("drop", to);
}
