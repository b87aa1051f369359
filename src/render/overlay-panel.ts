import type { PixelBox } from "../domain/geometry.ts";
import type { SubjectJudgment } from "../domain/judgment.ts";
import type { LabelProbability } from "../domain/labels.ts";
import type { ActionUnitMeasurement, Face } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import type { PanelSize } from "./overlay-layout.ts";
import { fitText, svgText, textWidth } from "./vector-text.ts";

/** What a panel says, line by line. */
export interface Panel {
  readonly faceId: string;
  readonly accent: string;
  readonly lines: readonly PanelLine[];
  readonly size: PanelSize;
}

type PanelLine =
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "note"; readonly text: string; readonly warning: boolean }
  /** `share` 0..1 of the bar that is filled. */
  | { readonly kind: "bar"; readonly text: string; readonly value: string; readonly share: number };

interface PanelOptions {
  /** The judgment of this face, where there is one. */
  readonly judged?: SubjectJudgment | undefined;
  readonly accent: string;
  readonly fontPx: number;
  /** Most action units listed. */
  readonly maxActionUnits: number;
  /** Name of an action unit, as far as it is known. */
  readonly nameOf: (au: string) => string | undefined;
}

/** Upper end of each scale, for bars. Log-odds have none: theirs are drawn as probabilities. */
const FULL_BAR = { probability: 1, "intensity-0-5": 5, "percent-0-100": 100, binary: 1 } as const;

const LINE_HEIGHT = 1.45;
const WIDTH_EM = 19;
const PADDING_EM = 0.7;

/** Gathers what is worth saying of a face: its readings, the action units it shows, what to beware of. */
export function createPanel(face: Face, options: PanelOptions): Panel {
  const lines: PanelLine[] = [
    { kind: "title", text: face.faceId },
    ...(options.judged === undefined ? readingLines(face) : judgedLines(options.judged)),
    ...actionUnitLines(face, options),
    ...warningLines(face),
  ];
  const heightEm = lines.length * LINE_HEIGHT + 2 * PADDING_EM;
  return {
    faceId: face.faceId,
    accent: options.accent,
    lines,
    size: { widthPx: WIDTH_EM * options.fontPx, heightPx: heightEm * options.fontPx },
  };
}

const READINGS = [
  ["perceived", "integrated"],
  ["face only", "faceOnly"],
  ["context only", "contextOnly"],
] as const;

/** What the face is perceived as, and, where they say something else, what it and its context are read as alone. */
function judgedLines(judged: SubjectJudgment): PanelLine[] {
  const tops = READINGS.map(([name, key]) => ({ name, top: topOf(judged[key].distribution) }));
  const [perceived, ...alone] = tops;
  if (perceived?.top === undefined) return [{ kind: "note", text: "not read", warning: false }];
  const others = alone.filter(({ top }) => top !== undefined && top.label !== perceived.top?.label);
  return [perceived, ...others].flatMap(({ name, top }) => {
    if (top === undefined) return [];
    const text = name === "perceived" ? top.label : `${top.label}, ${name}`;
    return [{ kind: "bar" as const, text, value: `${Math.round(top.probability * 100)} %`, share: top.probability }];
  });
}

function topOf(distribution: readonly LabelProbability[]): LabelProbability | undefined {
  return [...distribution].sort((a, b) => b.probability - a.probability)[0];
}

/** The first reading of each toolbox: where it has several, that is the one that pools them. */
function readingLines({ measurements }: Face): PanelLine[] {
  return measurements.flatMap(({ expressions: [reading] }) => {
    if (reading === undefined) return [];
    const top = topOf(reading.distribution);
    if (top === undefined) return [];
    const value = `${Math.round(top.probability * 100)} %`;
    return [{ kind: "bar" as const, text: top.label, value, share: top.probability }];
  });
}

function actionUnitLines({ measurements }: Face, { maxActionUnits, nameOf }: PanelOptions): PanelLine[] {
  const shown = measurements
    .flatMap(({ actionUnits }) => actionUnits)
    .filter((measured) => measured.side === "both" && presenceOf(measured) === "present")
    .map((measured) => ({ measured, share: barShare(measured) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, maxActionUnits);
  if (shown.length === 0) return [{ kind: "note", text: "no action unit clearly present", warning: false }];
  return shown.map(({ measured, share }) => ({
    kind: "bar",
    text: [measured.au, nameOf(measured.au)].filter((part) => part !== undefined).join("  "),
    value: measured.value.toFixed(2),
    share,
  }));
}

function barShare({ value, scale }: ActionUnitMeasurement): number {
  const share = scale === "log-odds" ? 1 / (1 + Math.exp(-value)) : value / FULL_BAR[scale];
  return Math.min(1, Math.max(0, share));
}

function warningLines({ measurements }: Face): PanelLine[] {
  const warnings = new Set(measurements.flatMap(({ quality }) => quality?.warnings ?? []));
  return [...warnings].slice(0, 2).map((text) => ({ kind: "note", text, warning: true }));
}

/** The panel as SVG at a place of its own size. */
export function drawPanel(panel: Panel, place: PixelBox, fontPx: number): string {
  const { leftPx, topPx, widthPx, heightPx } = place;
  const padding = PADDING_EM * fontPx;
  const radius = fontPx * 0.45;
  const inner = { leftPx: leftPx + padding, widthPx: widthPx - 2 * padding };
  const lines = panel.lines.map((line, index) =>
    drawLine(line, panel.accent, { ...inner, topPx: topPx + padding + index * LINE_HEIGHT * fontPx }, fontPx),
  );
  return [
    `<rect x="${leftPx}" y="${topPx}" width="${widthPx}" height="${heightPx}" rx="${radius}" fill="#0f1419" fill-opacity="0.78"/>`,
    `<rect x="${leftPx}" y="${topPx}" width="${fontPx * 0.22}" height="${heightPx}" rx="${fontPx * 0.11}" fill="${panel.accent}"/>`,
    ...lines,
  ].join("\n");
}

interface LinePlace {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
}

function drawLine(line: PanelLine, accent: string, place: LinePlace, fontPx: number): string {
  const baseline = place.topPx + fontPx * 1.02;
  if (line.kind === "title") {
    return svgText(line.text, place.leftPx, baseline, { sizePx: fontPx * 1.12, weight: "bold", fill: accent });
  }
  if (line.kind === "note") {
    const sizePx = fontPx * 0.86;
    const fill = line.warning ? "#ffca7a" : "#c9d1d9";
    return svgText(fitText(line.text, place.widthPx, { sizePx }), place.leftPx, baseline, { sizePx, fill });
  }
  return drawBarLine(line, accent, { ...place, baseline }, fontPx);
}

function drawBarLine(
  line: Extract<PanelLine, { kind: "bar" }>,
  accent: string,
  { leftPx, widthPx, baseline }: LinePlace & { readonly baseline: number },
  fontPx: number,
): string {
  const sizePx = fontPx * 0.92;
  const barWidth = fontPx * 2.6;
  const valueWidth = fontPx * 3;
  const barLeft = leftPx + widthPx - barWidth - valueWidth;
  const barTop = baseline - fontPx * 0.52;
  const height = fontPx * 0.36;
  const text = fitText(line.text, barLeft - leftPx - fontPx * 0.4, { sizePx });
  const bar = (width: number, fill: string, opacity: number) =>
    `<rect x="${barLeft}" y="${barTop}" width="${width}" height="${height}" rx="${height / 2}" fill="${fill}" fill-opacity="${opacity}"/>`;
  return [
    svgText(text, leftPx, baseline, { sizePx, fill: "#f0f3f6" }),
    bar(barWidth, "#ffffff", 0.16),
    bar(Math.max(height, barWidth * line.share), accent, 0.95),
    svgText(line.value, leftPx + widthPx - textWidth(line.value, { sizePx }), baseline, { sizePx, fill: "#f0f3f6" }),
  ].join("\n");
}
