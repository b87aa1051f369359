import { type EvidenceItem, type EvidenceValue, POINT_SEEN_FROM } from "../domain/evidence.ts";
import { holdsMiddle, type PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { svgText, textWidth } from "./vector-text.ts";

interface SceneDrawing {
  /** Output pixels per source pixel. */
  readonly scale: number;
  readonly fontPx: number;
  /** Size of the image in output pixels. */
  readonly frame: { readonly widthPx: number; readonly heightPx: number };
  /** Colour of a face by its place in the list of faces. */
  readonly accentOf: (index: number) => string;
}

/** What belongs to nobody's face is drawn in this. */
const NEUTRAL = "#e6edf3";
const SHADOW = "#0f1419";

/** Objects, bodies and looks of a ledger as SVG, to lie below faces and panels. Nothing when it has none. */
export function drawScene(
  evidence: readonly EvidenceItem[],
  faces: readonly Face[],
  drawing: SceneDrawing,
): readonly string[] {
  const { objects, bodies, looks } = sceneLayers(evidence, faces, drawing);
  return [...objects, ...bodies, ...looks];
}

/** The same as three layers. */
export function sceneLayers(evidence: readonly EvidenceItem[], faces: readonly Face[], drawing: SceneDrawing) {
  const colour = (faceId: string | null) => {
    const index = faces.findIndex((face) => face.faceId === faceId);
    return index < 0 ? NEUTRAL : drawing.accentOf(index);
  };
  return {
    objects: evidence.flatMap((item) => drawObject(item, faces, drawing)),
    bodies: evidence.flatMap(({ value, faceId }) => drawBody(value, colour(faceId), drawing)),
    looks: evidence.flatMap((item) => drawLook(item, faces, { ...drawing, colour: colour(item.faceId) })),
  };
}

/** A thin box with the name and score on its upper edge. A person whose face is outlined needs no second box. */
function drawObject(item: EvidenceItem, faces: readonly Face[], { scale, fontPx, frame }: SceneDrawing): string[] {
  const { kind, region, value } = item;
  if (kind !== "object" || region === null || value.type !== "finding") return [];
  if (value.name === "person" && faces.some(({ box }) => holdsMiddle(region, box))) return [];
  const stroke = fontPx * 0.08;
  const [left, top] = [region.leftPx * scale, region.topPx * scale];
  const [width, height] = [region.widthPx * scale, region.heightPx * scale];
  const text = `${value.name} ${value.confidence.toFixed(2)}`;
  const style = { sizePx: fontPx * 0.82, weight: "regular" } as const;
  const tab = { width: textWidth(text, style) + fontPx * 0.6, height: fontPx * 1.15 };
  const tabLeft = Math.max(0, Math.min(left, frame.widthPx - tab.width));
  const tabTop = top >= tab.height ? top - tab.height : top;
  return [
    rect(
      { left, top, width, height },
      `rx="${fontPx * 0.2}" fill="none" stroke="${SHADOW}" stroke-opacity="0.5" stroke-width="${stroke * 3}"`,
    ),
    rect(
      { left, top, width, height },
      `rx="${fontPx * 0.2}" fill="none" stroke="${NEUTRAL}" stroke-opacity="0.9" stroke-width="${stroke}"`,
    ),
    rect({ left: tabLeft, top: tabTop, ...tab }, `rx="${fontPx * 0.2}" fill="${SHADOW}" fill-opacity="0.72"`),
    svgText(text, tabLeft + fontPx * 0.3, tabTop + fontPx * 0.85, { ...style, fill: NEUTRAL }),
  ];
}

function rect(box: { left: number; top: number; width: number; height: number }, style: string): string {
  return `<rect x="${round(box.left)}" y="${round(box.top)}" width="${round(box.width)}" height="${round(box.height)}" ${style}/>`;
}

/** Lines between joints; the head is drawn by its mesh. */
const BONES: readonly (readonly [string, string])[] = [
  ["left shoulder", "right shoulder"],
  ["left shoulder", "left elbow"],
  ["left elbow", "left wrist"],
  ["right shoulder", "right elbow"],
  ["right elbow", "right wrist"],
  ["left shoulder", "left hip"],
  ["right shoulder", "right hip"],
  ["left hip", "right hip"],
  ["left hip", "left knee"],
  ["left knee", "left ankle"],
  ["right hip", "right knee"],
  ["right knee", "right ankle"],
];

/** The bones whose both ends are seen, and their joints. */
function drawBody(value: EvidenceValue, colour: string, { scale, fontPx }: SceneDrawing): string[] {
  if (value.type !== "points") return [];
  const seen = new Map(
    value.points.filter(({ score }) => score >= POINT_SEEN_FROM).map((point) => [point.name, point]),
  );
  const bones = BONES.flatMap(([from, to]) => {
    const [a, b] = [seen.get(from), seen.get(to)];
    return a === undefined || b === undefined ? [] : [{ a, b }];
  });
  const line = bones
    .map(
      ({ a, b }) => `M${round(a.xPx * scale)} ${round(a.yPx * scale)}L${round(b.xPx * scale)} ${round(b.yPx * scale)}`,
    )
    .join("");
  if (line === "") return [];
  const joints = [...new Set(bones.flatMap(({ a, b }) => [a, b]))];
  const path = (stroke: string, opacity: number, width: number) =>
    `<path d="${line}" stroke="${stroke}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`;
  return [
    path(SHADOW, 0.45, fontPx * 0.5),
    path(colour, 0.85, fontPx * 0.22),
    ...joints.map(({ xPx, yPx }) => {
      const place = `cx="${round(xPx * scale)}" cy="${round(yPx * scale)}"`;
      return `<circle ${place} r="${fontPx * 0.28}" fill="${SHADOW}" stroke="${colour}" stroke-width="${fontPx * 0.12}"/>`;
    }),
  ];
}

/** A dotted line of sight from the eyes to the face that is looked at, fainter the less sure. */
function drawLook(
  { kind, faceId, value }: EvidenceItem,
  faces: readonly Face[],
  { scale, fontPx, colour }: SceneDrawing & { readonly colour: string },
): string[] {
  if (kind !== "relation" || value.type !== "finding" || value.name !== "looks at") return [];
  const from = faces.find((face) => face.faceId === faceId);
  const to = faces.find((face) => face.faceId === value.to[0]);
  if (from === undefined || to === undefined) return [];
  const [a, b] = [eyesOf(from.box, scale), eyesOf(to.box, scale)];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const radius = (box: PixelBox) => (Math.max(box.widthPx, box.heightPx) * scale) / 2;
  // It leaves from the outline of the one face and ends before that of the other.
  const [start, end] = [radius(from.box) / length, 1 - radius(to.box) / length];
  if (!(end > start)) return [];
  const at = (share: number) => ({ x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) });
  const [begin, tip] = [at(start), at(end)];
  const opacity = round(0.5 + 0.5 * value.confidence);
  return [
    `<line x1="${round(begin.x)}" y1="${round(begin.y)}" x2="${round(tip.x)}" y2="${round(tip.y)}" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${fontPx * 0.16}" stroke-linecap="round" stroke-dasharray="${fontPx * 0.1} ${fontPx * 0.5}"/>`,
    arrowHead(tip, Math.atan2(b.y - a.y, b.x - a.x), { size: fontPx * 0.8, colour, opacity }),
  ];
}

function eyesOf({ leftPx, topPx, widthPx, heightPx }: PixelBox, scale: number) {
  return { x: (leftPx + widthPx / 2) * scale, y: (topPx + 0.3 * heightPx) * scale };
}

function arrowHead(
  tip: { x: number; y: number },
  angle: number,
  { size, colour, opacity }: { size: number; colour: string; opacity: number },
): string {
  const corner = (turn: number) => {
    return `${round(tip.x - size * Math.cos(angle + turn))} ${round(tip.y - size * Math.sin(angle + turn))}`;
  };
  return `<path d="M${corner(0.45)}L${round(tip.x)} ${round(tip.y)}L${corner(-0.45)}" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${size * 0.22}" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
