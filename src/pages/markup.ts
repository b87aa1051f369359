import { visibleText } from "../platform/visible-text.ts";

/** Text that is safe to put into HTML as it is. */
export interface Markup {
  readonly html: string;
}

type Part = Markup | string | number | null | readonly Part[];

/** Text as it may stand in SVG and HTML, in elements and in quoted attributes; what could not be seen is spelled out. */
function escapeMarkup(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** HTML with every inserted text escaped; inserted markup and lists of it are kept, `null` is nothing. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: texts.reduce((html, text, i) => html + text + (i < parts.length ? shown(parts[i] as Part) : ""), "") };
}

function shown(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(String(part));
  return "html" in part ? part.html : part.map(shown).join("");
}

/** A number to three digits after the point, without a needless minus; `unscored` for none. */
export function number(value: number | null, digits = 3): string {
  if (value === null) return "unscored";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A p value as APA writes it. */
export function pText(value: number | null): string {
  if (value === null) return "–";
  return value < 0.001 ? "< .001" : value.toFixed(3).replace(/^0/, "");
}

/** Shades that a share of 0..1 is drawn in: classes, as a page's style attributes are without effect. */
export const SHARE_STEPS = 20;
