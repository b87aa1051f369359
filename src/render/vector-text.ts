import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import opentype, { type Font, type PathCommand } from "opentype.js";

type FontWeight = "regular" | "bold";

const FONT_FILES: Readonly<Record<FontWeight, string>> = {
  regular: "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff",
  bold: "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff",
};

const fonts = new Map<FontWeight, Font>();

/** Fonts come with the package, so an image looks the same on a server without any; they are read on first use. */
function fontOf(weight: FontWeight): Font {
  const known = fonts.get(weight);
  if (known !== undefined) return known;
  const bytes = readFileSync(createRequire(import.meta.url).resolve(FONT_FILES[weight]));
  const font = opentype.parse(new Uint8Array(bytes).buffer);
  fonts.set(weight, font);
  return font;
}

export interface TextStyle {
  readonly sizePx: number;
  readonly weight?: FontWeight;
  readonly fill: string;
  readonly opacity?: number;
}

/** Width of a line of text in pixels. */
export function textWidth(text: string, { sizePx, weight = "regular" }: Pick<TextStyle, "sizePx" | "weight">): number {
  return fontOf(weight).getAdvanceWidth(text, sizePx);
}

/** A line of text as an SVG path, its baseline starting at (x, y). */
export function svgText(text: string, x: number, y: number, style: TextStyle): string {
  const outline = pathData(fontOf(style.weight ?? "regular").getPath(text, x, y, style.sizePx).commands);
  const opacity = style.opacity === undefined ? "" : ` fill-opacity="${style.opacity}"`;
  return `<path d="${outline}" fill="${style.fill}"${opacity}/>`;
}

/** Written here since opentype.js 2.0.0 writes coordinates next to zero as NaN, at which renderers stop drawing. */
function pathData(commands: readonly PathCommand[]): string {
  return commands
    .map(
      (command) =>
        command.type +
        pointsOf(command)
          .map((value) => value.toFixed(1))
          .join(" "),
    )
    .join("");
}

function pointsOf(command: PathCommand): number[] {
  if (command.type === "Z") return [];
  const { x, y } = command;
  if (command.type === "C") return [command.x1, command.y1, command.x2, command.y2, x, y];
  return command.type === "Q" ? [command.x1, command.y1, x, y] : [x, y];
}

/** The text, cut with an ellipsis so that it fits. */
export function fitText(text: string, maxWidthPx: number, style: Pick<TextStyle, "sizePx" | "weight">): string {
  if (textWidth(text, style) <= maxWidthPx) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const shorter = `${text.slice(0, length).trimEnd()}…`;
    if (textWidth(shorter, style) <= maxWidthPx) return shorter;
  }
  return "…";
}
