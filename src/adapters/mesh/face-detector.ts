import { boxOverlap } from "../../domain/geometry.ts";
import { anchorCenters, type Detection, decodeDetections, mergeDetections } from "./blazeface.ts";
import type { PixelSource } from "./crop.ts";
import type { ImageNetwork } from "./image-network.ts";
import { type RotatedRegion, regionToSource, uprightBox } from "./rotated-region.ts";

/** A face that the detector believes in, in source pixels. */
export interface FaceCandidate {
  /** The detector's box, turned so that the line through the eyes is level. */
  readonly region: RotatedRegion;
  /** 0..1. */
  readonly score: number;
}

interface DetectOptions {
  /** Candidates below this score are not faces. */
  readonly minScore: number;
  /** Gray level 0..255 of what lies outside the image, or its edge pixels. */
  readonly outside: "edge" | number;
}

/** Runs BlazeFace once on a square region of the image. */
export async function detectFaces(
  network: ImageNetwork,
  source: PixelSource,
  square: RotatedRegion,
  { minScore, outside }: DetectOptions,
): Promise<FaceCandidate[]> {
  const { output } = await network.look(source, square, { outside, maxTaps: 2 });
  const found = decodeDetections({ ...rawAnswer(network, output), anchors: anchorsFor(network.widthPx) }, minScore);
  return mergeDetections(found).map((detection) => toCandidate(detection, square, network.widthPx));
}

const anchorsBySide = new Map<number, Float32Array>();

function anchorsFor(inputPx: number): Float32Array {
  const known = anchorsBySide.get(inputPx) ?? anchorCenters(inputPx);
  anchorsBySide.set(inputPx, known);
  return known;
}

/** One detector gives all anchors at once, the other those of its two feature maps apart. */
function rawAnswer({ manifest }: ImageNetwork, output: (name: string) => Float32Array) {
  const together = manifest.outputs.some(({ name }) => name === "scores");
  if (together) return { regressors: output("regressors"), logits: output("scores") };
  return {
    regressors: concatenated([output("regressors_fine"), output("regressors_coarse")]),
    logits: concatenated([output("scores_fine"), output("scores_coarse")]),
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toCandidate({ box, keypoints, score }: Detection, square: RotatedRegion, inputPx: number): FaceCandidate {
  const place = (x: number, y: number) => regionToSource(square, x / inputPx, y / inputPx);
  const [centerXPx, centerYPx] = place(box.leftPx + box.widthPx / 2, box.topPx + box.heightPx / 2);
  const scale = square.widthPx / inputPx;
  const [rightEye, leftEye] = keypoints.map(([x, y]) => place(x, y)) as [
    readonly [number, number],
    readonly [number, number],
  ];
  const angleRad = Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]);
  return {
    region: { centerXPx, centerYPx, widthPx: box.widthPx * scale, heightPx: box.heightPx * scale, angleRad },
    score,
  };
}

/** Candidates of several passes without repetitions: of those that overlap, the surest one stays. Best first. */
export function withoutRepetitions(candidates: readonly FaceCandidate[], sameFaceOverlap: number): FaceCandidate[] {
  const kept: FaceCandidate[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score)) {
    const box = uprightBox(candidate.region);
    if (kept.every(({ region }) => boxOverlap(uprightBox(region), box) < sameFaceOverlap)) kept.push(candidate);
  }
  return kept;
}
