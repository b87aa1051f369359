import sharp from "sharp";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Judgment } from "../domain/judgment.ts";
import type { Face } from "../domain/measurement.ts";
import { drawFace } from "./overlay-face.ts";
import { flowPanels, placePanels } from "./overlay-layout.ts";
import { createPanel, drawPanel, type Panel } from "./overlay-panel.ts";
import { drawScene } from "./overlay-scene.ts";
import { svgText, textWidth } from "./vector-text.ts";

interface OverlayOptions {
  readonly format?: "png" | "jpeg";
  /** Most action units listed per face. */
  readonly maxActionUnits?: number;
  /** Name of an action unit beside its code, e.g. `lip corner puller`. */
  readonly nameOf?: (au: string) => string | undefined;
  /** What was judged: each panel then says how its face is perceived, instead of what its classifiers give. */
  readonly judgment?: Pick<Judgment, "subjects">;
  /** Items of a ledger: the objects, bodies and looks among them are drawn too. */
  readonly evidence?: readonly EvidenceItem[];
}

/** The longer side of the result: small images are enlarged so that labels stay legible, huge ones reduced. */
const SIDE_PX = { least: 1200, most: 2400 } as const;

/** One colour per face, in turn: bright enough for a line on an image, apart from each other in any colour vision. */
const ACCENTS = ["#5bd1ff", "#ffd166", "#9be564", "#ff8fab", "#c8a2ff", "#ffa15c", "#6ff0c8", "#f3f36b"] as const;

/**
 * Draws what was measured onto the image: per face its box and id, the mesh, irises and gaze, and a panel with its
 * readings and action units that covers no face; and what was found in the scene, below all that. Panels that find no
 * room stand in a strip below the image.
 *
 * @returns the encoded image, without metadata.
 */
export async function renderOverlay(
  image: DecodedImage,
  faces: readonly Face[],
  options: OverlayOptions = {},
): Promise<Buffer> {
  const longerSide = Math.max(image.widthPx, image.heightPx);
  const scale = Math.min(Math.max(longerSide, SIDE_PX.least), SIDE_PX.most) / longerSide;
  const frame = { widthPx: Math.round(image.widthPx * scale), heightPx: Math.round(image.heightPx * scale) };
  const fontPx = Math.min(22, Math.max(13, Math.round(Math.min(frame.widthPx, frame.heightPx) / 62)));
  const drawing = drawEverything(faces, { frame, scale, fontPx, options });
  const canvas = await sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } })
    .resize(frame.widthPx, frame.heightPx)
    .extend({ bottom: drawing.heightPx - frame.heightPx, background: "#0f1419" })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const annotated = sharp(canvas).composite([{ input: Buffer.from(drawing.svg), left: 0, top: 0 }]);
  return options.format === "jpeg" ? annotated.jpeg({ quality: 92 }).toBuffer() : annotated.png().toBuffer();
}

interface Drawing {
  readonly frame: { readonly widthPx: number; readonly heightPx: number };
  readonly scale: number;
  readonly fontPx: number;
  readonly options: OverlayOptions;
}

function drawEverything(faces: readonly Face[], { frame, scale, fontPx, options }: Drawing) {
  const gapPx = fontPx * 0.8;
  const boxes = faces.map(({ box }) => scaledBox(box, scale));
  const panels = faces.map((face, index) =>
    createPanel(face, {
      judged: options.judgment?.subjects.find(({ faceId }) => faceId === face.faceId),
      accent: accentOf(index),
      fontPx,
      maxActionUnits: options.maxActionUnits ?? 7,
      nameOf: options.nameOf ?? (() => undefined),
    }),
  );
  const withTabs = boxes.map((box) => withTab(box, fontPx));
  const beside = placePanels(withTabs, sizesOf(panels), { frame, gapPx });
  const homeless = panels.filter((_panel, index) => beside[index] === undefined);
  const below = flowPanels(sizesOf(homeless), { frame, gapPx, topPx: frame.heightPx });
  const heightPx = below.reduce((most, box) => Math.max(most, box.topPx + box.heightPx + gapPx), frame.heightPx);
  const places = new Map<Panel, PixelBox>();
  panels.forEach((panel, index) => {
    const place = beside[index] ?? below[homeless.indexOf(panel)];
    if (place !== undefined) places.set(panel, place);
  });
  const parts = faces.flatMap((face, index) => {
    const accent = accentOf(index);
    const meshes = face.measurements.slice(0, 1).map((measurement) => drawFace(measurement, { scale, accent }));
    return [...meshes, drawBox(boxes[index] as PixelBox, face.faceId, accent, fontPx)];
  });
  const scene = drawScene(options.evidence ?? NO_EVIDENCE, faces, { scale, fontPx, frame, accentOf });
  const drawnPanels = [...places].map(([panel, place]) => drawPanel(panel, place, fontPx));
  const size = `width="${frame.widthPx}" height="${Math.ceil(heightPx)}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${[...scene, ...parts, ...drawnPanels].join("\n")}</svg>`;
  return { svg, heightPx: Math.ceil(heightPx) };
}

const NO_EVIDENCE: readonly EvidenceItem[] = [];

function sizesOf(panels: readonly Panel[]) {
  return panels.map(({ size }) => size);
}

function scaledBox(box: PixelBox, scale: number): PixelBox {
  return {
    leftPx: box.leftPx * scale,
    topPx: box.topPx * scale,
    widthPx: box.widthPx * scale,
    heightPx: box.heightPx * scale,
  };
}

/** The colour in which a face is drawn, by its place in the list of faces. */
export function accentOf(index: number): string {
  return ACCENTS[index % ACCENTS.length] as string;
}

const TAB_HEIGHT_EM = 1.4;

/** The box with the tab above it, which no panel may cover either. */
function withTab(box: PixelBox, fontPx: number): PixelBox {
  const tabHeight = TAB_HEIGHT_EM * fontPx;
  if (box.topPx < tabHeight) return box;
  return { ...box, topPx: box.topPx - tabHeight, heightPx: box.heightPx + tabHeight };
}

/** A thin rounded box with the face's id on a tab at its upper left corner. */
function drawBox(box: PixelBox, faceId: string, accent: string, fontPx: number): string {
  const { leftPx, topPx, widthPx, heightPx } = box;
  const style = { sizePx: fontPx, weight: "bold" } as const;
  const tabWidth = textWidth(faceId, style) + fontPx * 0.8;
  const tabHeight = TAB_HEIGHT_EM * fontPx;
  const tabTop = topPx >= tabHeight ? topPx - tabHeight : topPx;
  return [
    `<rect x="${leftPx}" y="${topPx}" width="${widthPx}" height="${heightPx}" rx="${fontPx * 0.3}" fill="none" stroke="${accent}" stroke-width="${fontPx * 0.13}"/>`,
    `<rect x="${leftPx}" y="${tabTop}" width="${tabWidth}" height="${tabHeight}" rx="${fontPx * 0.25}" fill="${accent}"/>`,
    svgText(faceId, leftPx + fontPx * 0.4, tabTop + fontPx * 1.03, { ...style, fill: "#0f1419" }),
  ].join("\n");
}
