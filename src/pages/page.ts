import { createHash } from "node:crypto";
import { type Markup, markup } from "./markup.ts";
import { PAGE_STYLE } from "./style.ts";

/**
 * A whole page: one file that asks nobody for anything, on a wide screen, a telephone and paper, light and dark. Its
 * content security policy allows its own style by hash and images that stand in the page itself, and nothing else: no
 * script, no request. Style attributes are therefore without effect; colours and sizes go into classes or SVG.
 *
 * @param style what this kind of page needs beside the common style.
 */
export function page({
  title,
  style = "",
  body,
}: {
  readonly title: string;
  readonly style?: string;
  readonly body: Markup;
}): string {
  const css: Markup = { html: PAGE_STYLE + style };
  const policy = pagePolicy(style);
  const html = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${css}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return html.html;
}

/** The content security policy of a page with this style of its own. */
export function pagePolicy(style = ""): string {
  const hash = createHash("sha256")
    .update(PAGE_STYLE + style)
    .digest("base64");
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
