// The Chromium that @sparticuz/chromium ships, which unpacks its libraries where it believes itself on Lambda.
import { chromium } from "playwright-core";

export async function openBrowser() {
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs20.x";
  const { default: shipped } = await import("@sparticuz/chromium");
  const executablePath = await shipped.executablePath();
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}
