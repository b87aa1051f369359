import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { CLIP_STYLE } from "../pages/clip-style.ts";
import { markup } from "../pages/markup.ts";
import { REPORT_STYLE } from "../pages/report-style.ts";
import { PAGE_STYLE } from "../pages/style.ts";
import { builtFile, findInstalledPackage } from "../platform/package-paths.ts";
import { STUDIO_STYLE } from "./studio-style.ts";

/** The built page, from `npm run build`. */
export const BUILT_PAGE = "studio/built-page.ts";
const FONTS = ["ibm-plex-sans-latin-400-normal.woff2", "ibm-plex-sans-latin-600-normal.woff2"];

/** The page's script, style and fonts, all from this package or one that it depends on. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  const send = (content: Uint8Array | string, type: string) =>
    new Response(content as BodyInit, { headers: { "Content-Type": type, "Cache-Control": "no-cache" } });
  routes.get("/studio.js", async () => send(await readFile(builtFile(BUILT_PAGE)), "text/javascript; charset=utf-8"));
  routes.get("/studio.css", () =>
    send(PAGE_STYLE + REPORT_STYLE + CLIP_STYLE + STUDIO_STYLE, "text/css; charset=utf-8"),
  );
  routes.get("/:font{.+\\.woff2}", async (c) => {
    const name = FONTS.find((font) => font === c.req.param("font"));
    const installed = findInstalledPackage("@fontsource/ibm-plex-sans");
    if (name === undefined || installed === undefined) return c.notFound();
    return send(await readFile(join(installed.folder, "files", name)), "font/woff2");
  });
  return routes;
}

/** The page before its script has begun: the same at every address. @param version of the folder, which is not read again until it is another. */
export function pageShell(token: string, version: string): string {
  return markup`<!doctype html>
<html lang="en" data-version="${version}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kuleshov studio</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${token}/assets/studio.css">
<script type="module" src="/${token}/assets/studio.js"></script>
</head>
<body>
<div id="studio"><noscript><main><p>The studio needs JavaScript, which is served from this machine.</p></main></noscript></div>
</body>
</html>
`.html;
}
