import { useContext } from "preact/hooks";
import type { PixelBox } from "../domain/geometry.ts";
import { LightingContext } from "./report-cited.tsx";
import type { FaceView, ReportView } from "./report-view.ts";

/** What can be drawn over an image, in the order in which it lies there. */
export const LAYERS = ["mesh", "gaze", "body", "objects", "hidden parts"] as const;
export type Layer = (typeof LAYERS)[number];

/** Why a layer has nothing to show, `null` where it has something. An absent layer is never drawn as an empty one. */
export function absence(layer: Layer, { faces: all, scene, evidence }: ReportView): string | null {
  const faces = all.filter(({ isInImage }) => isInImage);
  switch (layer) {
    case "mesh":
      return faces.some(({ mesh }) => mesh !== "") ? null : "the mesh was not measured";
    case "gaze":
      return scene.looks !== "" || faces.some(({ gaze }) => gaze !== "") ? null : "gaze was not measured";
    case "body":
      return scene.bodies !== "" ? null : "no body was found";
    case "objects": {
      if (scene.objects !== "") return null;
      return evidence.some(({ kind }) => kind === "object") ? "no object was found" : "nobody looked for objects";
    }
    case "hidden parts":
      return faces.some(({ hidden }) => hidden.length > 0) ? null : "no hidden part was found";
  }
}

interface FigureProps {
  readonly report: ReportView;
  /** Address of the image, of any size. */
  readonly src: string;
  readonly layers: ReadonlySet<Layer>;
  /** The face that the page is at. */
  readonly chosen: string | null;
  /** `null` on a static page. */
  readonly choose: ((faceId: string) => void) | null;
}

/** The image with its faces, what was measured on it, and the regions of lit evidence. */
export function ReportFigure({ report, src, layers, chosen, choose }: FigureProps) {
  const { lit } = useContext(LightingContext);
  const { widthPx, heightPx, scene } = report;
  const faces = report.faces.filter(({ isInImage }) => isInImage);
  const line = Math.max(widthPx, heightPx) / 450;
  const regions = report.evidence.filter(({ id, region }) => lit.has(id) && region !== null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing is no form
    <svg
      class="figure"
      viewBox={`0 0 ${widthPx} ${heightPx}`}
      role="group"
      aria-label={`${report.name} with ${faces.length === 1 ? "1 face" : `${faces.length} faces`}`}
    >
      <image href={src} x="0" y="0" width={widthPx} height={heightPx} />
      {layers.has("objects") ? <Drawn svg={scene.objects} /> : null}
      {layers.has("body") ? <Drawn svg={scene.bodies} /> : null}
      {layers.has("mesh") ? <Drawn svg={faces.map(({ mesh }) => mesh).join("")} /> : null}
      {layers.has("gaze") ? <Drawn svg={scene.looks + faces.map(({ gaze }) => gaze).join("")} /> : null}
      {layers.has("hidden parts") ? <HiddenParts faces={faces} line={line} /> : null}
      {faces.map((face) => (
        <FaceFrame key={face.faceId} face={face} line={line} isChosen={face.faceId === chosen} choose={choose} />
      ))}
      {regions.map(({ id, region }) => (
        <Frame key={id} class="region" box={region as PixelBox} width={line * 1.6} />
      ))}
    </svg>
  );
}

/** SVG that Kuleshov drew itself, of numbers only. */
function Drawn({ svg }: { readonly svg: string }) {
  return <g dangerouslySetInnerHTML={{ __html: svg }} />;
}

function HiddenParts({ faces, line }: { readonly faces: readonly FaceView[]; readonly line: number }) {
  return (
    <g>
      {faces.flatMap(({ faceId, hidden }) =>
        hidden.map(({ part, region }) => (
          <g key={`${faceId} ${part}`}>
            <title>
              {faceId}: {part} is hidden
            </title>
            <Frame class="covered" box={region} width={line} />
          </g>
        )),
      )}
    </g>
  );
}

interface FaceFrameProps {
  readonly face: FaceView;
  readonly line: number;
  readonly isChosen: boolean;
  readonly choose: ((faceId: string) => void) | null;
}

function FaceFrame({ face: { faceId, box, colour }, line, isChosen, choose }: FaceFrameProps) {
  const text = line * 11;
  const handlers =
    choose === null
      ? {}
      : {
          role: "button" as const,
          tabindex: 0,
          "aria-pressed": isChosen,
          "aria-label": `Face ${faceId}`,
          onClick: () => choose(faceId),
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            choose(faceId);
          },
        };
  const tabTop = box.topPx >= text * 1.4 ? box.topPx - text * 1.4 : box.topPx;
  return (
    <g class={isChosen ? "face chosen" : "face"} {...handlers}>
      <Frame class="outline" box={box} width={isChosen ? line * 2.2 : line} stroke={colour} />
      <rect x={box.leftPx} y={tabTop} width={text * (0.7 + 0.62 * faceId.length)} height={text * 1.4} fill={colour} />
      <text x={box.leftPx + text * 0.3} y={tabTop + text * 1.05} font-size={text} class="tab">
        {faceId}
      </text>
    </g>
  );
}

interface FrameProps {
  readonly class: string;
  readonly box: PixelBox;
  readonly width: number;
  readonly stroke?: string;
}

function Frame({ class: name, box, width, stroke }: FrameProps) {
  const place = { x: box.leftPx, y: box.topPx, width: box.widthPx, height: box.heightPx, rx: width * 2 };
  return <rect class={name} {...place} stroke-width={width} {...(stroke === undefined ? {} : { stroke })} />;
}
