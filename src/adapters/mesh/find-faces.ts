import type { Network } from "../../networks/network.ts";
import { detectFaces, type FaceCandidate, withoutRepetitions } from "./face-detector.ts";
import type { RotatedRegion } from "./rotated-region.ts";
import type { PixelSource } from "./sample-region.ts";

/** MediaPipe's own threshold. */
const MIN_SCORE = 0.5;

/** Two candidates that overlap more than this are one face seen twice. */
const SAME_FACE_OVERLAP = 0.4;

/** Nobody in an upright picture leans further than this; a face that seems to is one in a picture on its side. */
const UPRIGHT_RAD = Math.PI / 4;

/** How the picture is looked at: with how much margin, and from which side. */
interface View {
  readonly margin: number;
  readonly angleRad: number;
}

const PLAIN: View = { margin: 1, angleRad: 0 };
/** For faces that fill the frame, which the detector does not know. */
const WITH_MARGIN: View = { margin: 1.6, angleRad: 0 };
const TURNED: readonly View[] = [Math.PI / 2, -Math.PI / 2, Math.PI].map((angleRad) => ({ margin: 1, angleRad }));

/**
 * Where faces may be, best first; the mesh network has the last word on each. The picture is looked at as it is; when
 * that shows no upright face, with a margin, and then turned, in case it lies on its side or upside down. The view with
 * the most convincing faces wins.
 */
export async function findFaces(network: Network, source: PixelSource): Promise<FaceCandidate[]> {
  const plain = await lookAt(network, source, PLAIN);
  if (plain.some(isUpright)) return plain;
  const padded = await lookAt(network, source, WITH_MARGIN);
  if (padded.some(isUpright)) return padded;
  let best = totalScore(padded) > totalScore(plain) ? padded : plain;
  for (const view of TURNED) {
    const found = await lookAt(network, source, view);
    if (totalScore(found) > totalScore(best)) best = found;
  }
  return best;
}

async function lookAt(network: Network, source: PixelSource, { margin, angleRad }: View): Promise<FaceCandidate[]> {
  const { widthPx, heightPx } = source;
  const side = Math.max(widthPx, heightPx) * margin;
  const square: RotatedRegion = {
    centerXPx: widthPx / 2,
    centerYPx: heightPx / 2,
    widthPx: side,
    heightPx: side,
    angleRad,
  };
  const found = await detectFaces(network, source, square, { minScore: MIN_SCORE, outside: 0 });
  return withoutRepetitions(found, SAME_FACE_OVERLAP);
}

function isUpright({ region }: FaceCandidate): boolean {
  return Math.abs(region.angleRad) < UPRIGHT_RAD;
}

function totalScore(candidates: readonly FaceCandidate[]): number {
  return candidates.reduce((sum, { score }) => sum + score, 0);
}
