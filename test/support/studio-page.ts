import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export async function openPage(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForSelector("h1");
  return page;
}

/** What axe-core finds serious on a page with everything unfolded, and by how many pixels it scrolls sideways. */
export async function faultsOf(page: Page): Promise<{ serious: unknown[]; sidewaysPx: number }> {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  const sidewaysPx = await page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })');
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]);
  return { serious, sidewaysPx };
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
