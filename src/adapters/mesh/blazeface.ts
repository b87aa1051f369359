import { boxOverlap, type PixelBox } from "../../domain/geometry.ts";

/** A face candidate, in pixels of whatever frame it was decoded into. */
export interface Detection {
  readonly box: PixelBox;
  /** x, y of: subject's right eye, left eye, nose tip, mouth centre, right and left tragion. */
  readonly keypoints: readonly (readonly [number, number])[];
  /** 0..1. */
  readonly score: number;
}

const KEYPOINTS = 6;
const VALUES_PER_ANCHOR = 4 + 2 * KEYPOINTS;

/** Cells per side of each feature map and anchors per cell (MediaPipe's front and back camera detectors alike). */
const ANCHOR_LAYERS = [
  { cells: 16, perCell: 2 },
  { cells: 8, perCell: 6 },
] as const;

/** Overlap from which two candidates are one face, as in MediaPipe's graph. */
const SAME_FACE_OVERLAP = 0.3;

/** Anchor centres, float32 [896, 2], in pixels of a square input. */
export function anchorCenters(inputPx: number): Float32Array {
  const centers: number[] = [];
  for (const { cells, perCell } of ANCHOR_LAYERS) {
    const stridePx = inputPx / cells;
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        for (let i = 0; i < perCell; i++) centers.push((column + 0.5) * stridePx, (row + 0.5) * stridePx);
      }
    }
  }
  return Float32Array.from(centers);
}

/** The raw answer of the network for all anchors. */
interface DetectorOutput {
  /** float32 [896, 16], relative to the anchors. */
  readonly regressors: Float32Array;
  /** float32 [896]. */
  readonly logits: Float32Array;
  /** float32 [896, 2], from `anchorCenters`. */
  readonly anchors: Float32Array;
}

/** Candidates in input pixels, best first, not yet merged. */
export function decodeDetections({ regressors, logits, anchors }: DetectorOutput, minScore: number): Detection[] {
  const detections: Detection[] = [];
  logits.forEach((logit, index) => {
    const score = sigmoid(logit);
    if (score < minScore) return;
    const values = regressors.subarray(index * VALUES_PER_ANCHOR, (index + 1) * VALUES_PER_ANCHOR);
    const [anchorX, anchorY] = [anchors[index * 2] as number, anchors[index * 2 + 1] as number];
    const [dx, dy, widthPx, heightPx] = values as unknown as [number, number, number, number];
    if (!(widthPx > 0 && heightPx > 0)) return;
    const keypoints = Array.from(
      { length: KEYPOINTS },
      (_, k) => [anchorX + (values[4 + 2 * k] as number), anchorY + (values[5 + 2 * k] as number)] as const,
    );
    const box = { leftPx: anchorX + dx - widthPx / 2, topPx: anchorY + dy - heightPx / 2, widthPx, heightPx };
    detections.push({ box, keypoints, score });
  });
  return detections.sort((a, b) => b.score - a.score);
}

/** MediaPipe's weighted suppression: candidates of one face are averaged by score instead of dropped. Best first. */
export function mergeDetections(detections: readonly Detection[]): Detection[] {
  const merged: Detection[] = [];
  let rest = [...detections];
  while (rest.length > 0) {
    const best = rest[0] as Detection;
    const same = rest.filter((other) => boxOverlap(best.box, other.box) > SAME_FACE_OVERLAP || other === best);
    merged.push({ ...weightedMean(same), score: best.score });
    rest = rest.filter((other) => !same.includes(other));
  }
  return merged;
}

function weightedMean(detections: readonly Detection[]): Omit<Detection, "score"> {
  const total = detections.reduce((sum, { score }) => sum + score, 0);
  const mean = (pick: (detection: Detection) => number) =>
    detections.reduce((sum, detection) => sum + pick(detection) * detection.score, 0) / total;
  return {
    box: {
      leftPx: mean(({ box }) => box.leftPx),
      topPx: mean(({ box }) => box.topPx),
      widthPx: mean(({ box }) => box.widthPx),
      heightPx: mean(({ box }) => box.heightPx),
    },
    keypoints: Array.from({ length: KEYPOINTS }, (_, k) => [
      mean(({ keypoints }) => (keypoints[k] as readonly [number, number])[0]),
      mean(({ keypoints }) => (keypoints[k] as readonly [number, number])[1]),
    ]),
  };
}

/** Probability of a logit. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
