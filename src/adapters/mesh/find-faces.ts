import type { PixelBox } from "../../domain/geometry.ts";
import type { PixelSource } from "./crop.ts";
import { detectFaces, type FaceCandidate, withoutRepetitions } from "./face-detector.ts";
import type { ImageNetwork } from "./image-network.ts";
import { partsOf, squareOf, tilesOver } from "./image-parts.ts";
import type { RotatedRegion } from "./rotated-region.ts";

/** The two detectors: one knows faces in a group, the other faces before the camera. */
export interface FaceDetectors {
  /** BlazeFace of the back camera, 256 px: faces down to about a fortieth of the image. */
  readonly wide: ImageNetwork;
  /** BlazeFace of the front camera, 128 px: faces that take up a good part of the image. */
  readonly near: ImageNetwork;
}

/** MediaPipe's own threshold. */
const MIN_SCORE = 0.5;

/** Two candidates that overlap more than this are one face seen twice. */
const SAME_FACE_OVERLAP = 0.4;

/**
 * From this share of the image's longer side on, a face is large: the wide detector then sees faces within the face,
 * and the near one is asked as well.
 */
const LARGE_SHARE = 0.25;

/** Faces narrower than this share of the longer side are small: others may be too small to be seen at all. */
const SMALL_SHARE = 0.07;

/**
 * Closer looks, one after the other: side of the tiles as a share of the longer side, the smallest image that has faces
 * left to find in them, and how many small faces make it worthwhile. A 3:2 image has 6 and then 35 tiles of about 4 ms.
 */
const CLOSER_LOOKS = [
  { side: 0.45, leastPx: 700, leastFaces: 1 },
  { side: 0.2, leastPx: 1000, leastFaces: 6 },
] as const;

/** Nobody in an upright image leans further than this; a face that seems to is one in an image on its side. */
const UPRIGHT_RAD = Math.PI / 4;

/** An image that shows an upright face this clearly stands upright. */
const CONVINCING_SCORE = 0.65;

/**
 * The same for looks with a margin, where the face is large too: of 61 portraits that fill the frame the least clear has .74, and one
 * of 93 that lie on their side shows a false upright face with .66. A group on its side shows small ones with .8.
 */
const CONVINCING_WITH_MARGIN = 0.7;

/**
 * An image smaller than the wide detector's own input is mostly a portrait that somebody cut out: what looks like a small
 * face in it is often a part of the large one, so it is looked at with a margin too.
 */
const THUMBNAIL_PX = 256;

/** Images stand upright far more often than not: so many times more must a turned view show to be believed. */
const UPRIGHT_ADVANTAGE = 2;

/** How the image is looked at: with how much margin, and from which side. */
interface View {
  readonly margin: number;
  readonly angleRad: number;
}

const PLAIN: View = { margin: 1, angleRad: 0 };

/** For faces that fill the frame or reach out of it, which no detector knows. */
const WITH_MARGIN: readonly View[] = [
  { margin: 1.5, angleRad: 0 },
  { margin: 2.2, angleRad: 0 },
];

/** From the other sides. */
const TURNED: readonly View[] = [
  { margin: 1, angleRad: Math.PI / 2 },
  { margin: 1, angleRad: -Math.PI / 2 },
  { margin: 1, angleRad: Math.PI },
];

/**
 * Where faces may be, best first: one list per view of the image, the likeliest view first. The mesh network has the
 * last word: the next list is only worth asking for when it sees no face in the last one. An image that shows an
 * upright face clearly, as it is or with a margin, is not looked at in other ways before that.
 */
export async function* findFaces(detectors: FaceDetectors, source: PixelSource): AsyncGenerator<FaceCandidate[]> {
  const plain = await lookPlainly(detectors, source);
  const views = [{ found: plain, score: viewScore(plain, PLAIN) }];
  const look = async (view: View) => {
    const found = await lookAt(detectors, source, view);
    views.push({ found, score: viewScore(found, view) });
    views.sort((a, b) => b.score - a.score);
  };
  const longerSidePx = Math.max(source.widthPx, source.heightPx);
  if (longerSidePx >= THUMBNAIL_PX && plain.some((face) => isClear(face, CONVINCING_SCORE))) {
    yield plain;
    views.pop();
  }
  for (const view of WITH_MARGIN) await look(view);
  const fillsFrame = (face: FaceCandidate) =>
    isClear(face, CONVINCING_WITH_MARGIN) && face.region.widthPx > LARGE_SHARE * longerSidePx;
  const [likeliest] = views;
  if (likeliest?.found.some(fillsFrame)) {
    yield likeliest.found;
    views.shift();
  }
  for (const view of TURNED) await look(view);
  for (const { found } of views) if (found.length > 0) yield found;
}

/**
 * The image as it is. A panorama is looked at part by part: in a square around all of it even a face as high as the image
 * is too small to be seen for certain.
 */
async function lookPlainly(detectors: FaceDetectors, source: PixelSource): Promise<FaceCandidate[]> {
  const parts = partsOf(source);
  const found: FaceCandidate[] = [];
  for (const { box, answersFor } of parts) {
    const seen = await lookAt(detectors, source, PLAIN, box);

    found.push(...(await lookCloser(detectors, source, { box, seen })).filter(answersFor));
  }
  return parts.length === 1 ? found : onePerPlace(withoutRepetitions(found, SAME_FACE_OVERLAP));
}

/** Two parts see a face at two sizes: of those one within the other, the surer stays. @param found best first */
function onePerPlace(found: readonly FaceCandidate[]): FaceCandidate[] {
  return found.filter(({ region }, index) =>
    found.slice(0, index).every((surer) => !holds(surer.region, region) && !holds(region, surer.region)),
  );
}

async function lookAt(
  { wide, near }: FaceDetectors,
  source: PixelSource,
  view: View,
  box: PixelBox = { leftPx: 0, topPx: 0, widthPx: source.widthPx, heightPx: source.heightPx },
): Promise<FaceCandidate[]> {
  const longerSidePx = Math.max(box.widthPx, box.heightPx);
  const square = squareOf(box, longerSidePx * view.margin, view.angleRad);
  const options = { minScore: MIN_SCORE, outside: 0 };
  const found = await detectFaces(wide, source, square, options);
  const isLarge = ({ region }: FaceCandidate) => region.widthPx > LARGE_SHARE * longerSidePx;
  if (found.length > 0 && !found.some(isLarge)) return withoutRepetitions(found, SAME_FACE_OVERLAP);
  const large = (await detectFaces(near, source, square, options)).filter(isLarge);
  const others = found.filter((candidate) => !large.some((face) => holds(face.region, candidate.region)));
  return withoutRepetitions([...large, ...others], SAME_FACE_OVERLAP);
}

/**
 * Looks again at overlapping parts of a large image when all faces in it are small, or none was seen: where some people
 * stand far away, more may stand farther. Parts of parts follow while the faces found stay small and many.
 */
async function lookCloser(
  { wide }: FaceDetectors,
  source: PixelSource,
  given: {
    readonly box: PixelBox;

    readonly seen: readonly FaceCandidate[];
  },
): Promise<FaceCandidate[]> {
  const { box, seen } = given;
  const longerSidePx = Math.max(box.widthPx, box.heightPx);
  let found = [...seen];
  for (const { side, leastPx, leastFaces } of CLOSER_LOOKS) {
    const largestPx = found.reduce((most, { region }) => Math.max(most, region.widthPx), 0);
    const allSmall = largestPx < SMALL_SHARE * longerSidePx;
    if (longerSidePx < leastPx || !allSmall || (found.length > 0 && found.length < leastFaces)) break;
    for (const tile of tilesOver(box, side * longerSidePx)) {
      found.push(...(await detectFaces(wide, source, tile, { minScore: MIN_SCORE, outside: 0 })));
    }
    found = withoutRepetitions(found, SAME_FACE_OVERLAP);
  }
  return found;
}

/** Whether the middle of one region lies within the other. */
function holds(outer: RotatedRegion, { centerXPx, centerYPx }: RotatedRegion): boolean {
  const [dx, dy] = [Math.abs(centerXPx - outer.centerXPx), Math.abs(centerYPx - outer.centerYPx)];
  return dx < outer.widthPx / 2 && dy < outer.heightPx / 2;
}

function isClear(candidate: FaceCandidate, leastScore: number): boolean {
  return isUpright(candidate) && candidate.score >= leastScore;
}

function isUpright({ region }: FaceCandidate): boolean {
  return Math.abs(region.angleRad) < UPRIGHT_RAD;
}

function viewScore(found: readonly FaceCandidate[], { angleRad }: View): number {
  const upright = angleRad === 0 && found.some(isUpright);
  return totalScore(found) * (upright ? UPRIGHT_ADVANTAGE : 1);
}

function totalScore(candidates: readonly FaceCandidate[]): number {
  return candidates.reduce((sum, { score }) => sum + score, 0);
}
