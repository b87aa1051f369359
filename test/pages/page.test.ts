import { createHash } from "node:crypto";
import { h } from "preact";
import { describe, expect, it } from "vitest";
import { ConfusionTable } from "../../src/pages/confusion-table.tsx";
import { markup } from "../../src/pages/markup.ts";
import { page } from "../../src/pages/page.ts";
import { rendered } from "../../src/pages/rendered.ts";

function policyOf(html: string) {
  const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  return policy.replaceAll("&#39;", "'").split("; ");
}

describe("a page", () => {
  const html = page({ title: `<b>"it's"</b>`, style: ".x{color:red}", body: markup`<p class="x">${"<script>"}</p>` });

  it("lets in its own style by hash, images within it, and nothing else", () => {
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    expect(style).toContain(".x{color:red}");
    expect(policyOf(html)).toEqual([
      "default-src 'none'",
      "img-src data:",
      `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("escapes what it is given", () => {
    expect(html).toContain("<title>&#60;b&#62;&#34;it&#39;s&#34;&#60;/b&#62;</title>");
    expect(html).toContain('<p class="x">&#60;script&#62;</p>');
  });

  it("colours and sizes without style attributes, which its policy would ignore", () => {
    const counts = [
      [3, 1],
      [0, 0],
    ];
    const shown = { type: "confusion", title: "t", labels: ["a", "b"], counts } as const;
    const table = rendered(h(ConfusionTable, { table: shown })).html;
    expect(table).not.toContain("style=");
    expect(table.match(/class="(right|wrong) share-\d+"/g)).toEqual([
      'class="right share-15"',
      'class="wrong share-5"',
      'class="wrong share-0"',
      'class="right share-0"',
    ]);
    for (const step of [15, 5, 0]) expect(html).toContain(`.share-${step}{--share:${2.25 * step}%}`);
  });
});
