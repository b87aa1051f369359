import { z } from "zod";
import { boxOverlap, PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { type PersonDescriptor, personDistance } from "../ports/face-identity.ts";
import { patchSimilarity } from "./face-patch.ts";

/** One person through a video, as far as it has been seen. Plain data, so that a study can go on where it ended. */
const FaceTrack = z.strictObject({
  id: z.string(),
  /** Where the face was when it was last seen. */
  box: PixelBox,
  /** How its middle moved there, source pixels per second. */
  velocity: z.strictObject({ xPxPerS: z.number(), yPxPerS: z.number() }),
  lastSeenS: z.number(),
  /** What the face looked like then, see face-patch.ts. */
  patch: z.array(z.number()),
  /** Mean descriptor of who it is, over how many looks, and when the last of them was; `null` before the first. */
  person: z.strictObject({ descriptor: z.array(z.number()), looks: z.int(), lookedAtS: z.number() }).nullable(),
});
type FaceTrack = z.infer<typeof FaceTrack>;

/** All tracks of a video so far, and how many ids have been given out. */
export const TrackingState = z.strictObject({ count: z.int().min(0), tracks: z.array(FaceTrack) });
export type TrackingState = z.infer<typeof TrackingState>;

export const NO_TRACKS: TrackingState = { count: 0, tracks: [] };

/** The faces of one frame. */
interface FrameFaces {
  readonly faces: readonly Face[];
  readonly timestampS: number;
}

interface TrackingTools {
  /** Who a face of this frame is; `null` when it cannot be told. Asked only where position does not decide. */
  describe(face: Face): Promise<PersonDescriptor | null>;
  /** What a face of this frame looks like, see face-patch.ts. */
  patch(face: Face): number[];
  /** Distance of descriptors beyond which a face that is where someone was is somebody else. */
  readonly samePersonUpTo: number;
  /** Distance of descriptors up to which a face that came out of nowhere is someone seen before. */
  readonly sameAgainUpTo: number;
}

/** A track that was not seen for this long is not expected where it was: only its person can bring it back. */
const LONGEST_GAP_S = 1.5;
/** Overlap (intersection over union) with where a track is expected, from which a face may be its next sighting. */
const LEAST_OVERLAP = 0.2;
/** When two tracks could claim a face, or two faces a track, and their overlaps differ by less, looks decide. */
const CLEAR_LEAD = 0.25;
/** A face that looks less like the last sighting than this may be another: after a cut, someone else may sit there. */
const CLEARLY_LIKE = 0.7;
/** How often a track's person is looked at again to steady the mean, and how many looks are enough. */
const LOOK_EVERY_S = 1;
const LOOKS_ENOUGH = 6;

/** One way to continue a track. */
interface Link {
  readonly track: FaceTrack;
  readonly face: Face;
  readonly overlap: number;
}

/**
 * Gives every face of the next frame the id of the person it continues. Position decides first: the face that overlaps
 * most with where a track was or is heading. Where people cross, after a cut, and when someone comes back, looks decide.
 * Ids count from `T1` in order of appearance, left to right, and are never given twice.
 *
 * @returns the faces in the same order, with ids, and the state to hand in with the next frame.
 */
export async function trackFaces(
  state: TrackingState,
  frame: FrameFaces,
  tools: TrackingTools,
): Promise<{ readonly faces: readonly Face[]; readonly state: TrackingState }> {
  const looks = createLooks(tools);
  const owner = new Map<Face, FaceTrack>();
  const scene: Scene = { state, frame, looks, tools };
  await linkByPosition(owner, scene);
  await rejectMismatches(owner, scene);
  await reidentify(owner, scene);
  let { count } = state;
  const tracks = new Map(state.tracks.map((track) => [track.id, track]));
  const faces: Face[] = [];
  for (const face of frame.faces) {
    const before = owner.get(face);
    const id = before?.id ?? `T${++count}`;
    tracks.set(id, await continued(id, before, face, scene));
    faces.push({ ...face, trackId: id });
  }
  return { faces, state: { count, tracks: [...tracks.values()] } };
}

interface Looks {
  of(face: Face): Promise<PersonDescriptor | null>;
}

/** Each face is described once per frame at the most. */
function createLooks({ describe }: TrackingTools): Looks {
  const known = new Map<Face, Promise<PersonDescriptor | null>>();
  return {
    of(face) {
      const look = known.get(face) ?? describe(face);
      known.set(face, look);
      return look;
    },
  };
}

interface Scene {
  readonly state: TrackingState;
  readonly frame: FrameFaces;
  readonly looks: Looks;
  readonly tools: TrackingTools;
}

async function linkByPosition(owner: Map<Face, FaceTrack>, { state, frame, looks }: Scene): Promise<void> {
  const live = state.tracks.filter(({ lastSeenS }) => frame.timestampS - lastSeenS <= LONGEST_GAP_S);
  const links = live
    .flatMap((track) => {
      // Where it was counts as well as where it was heading: people turn back.
      const places = [expectedBox(track, frame.timestampS), track.box];
      const overlap = ({ box }: Face) => Math.max(...places.map((place) => boxOverlap(place, box)));
      return frame.faces.map((face): Link => ({ track, face, overlap: overlap(face) }));
    })
    .filter(({ overlap }) => overlap >= LEAST_OVERLAP)
    .sort((a, b) => b.overlap - a.overlap);
  for (const link of links) {
    if (isTaken(owner, link)) continue;
    const rivals = links.filter((other) => other !== link && !isTaken(owner, other) && areClose(link, other));
    const winner = rivals.length === 0 ? link : await mostSimilar([link, ...rivals], looks);
    owner.set(winner.face, winner.track);
  }
  // A contest may have been won by a rival: whatever of the others is still free is linked now.
  for (const link of links) if (!isTaken(owner, link)) owner.set(link.face, link.track);
}

function isTaken(owner: ReadonlyMap<Face, FaceTrack>, { face, track }: Link): boolean {
  return owner.has(face) || [...owner.values()].includes(track);
}

function areClose(a: Link, b: Link): boolean {
  return (a.face === b.face || a.track === b.track) && a.overlap - b.overlap < CLEAR_LEAD;
}

/** The link whose face looks most like its track; the first, which overlaps most, when looks tell nothing. */
async function mostSimilar(links: readonly Link[], looks: Looks): Promise<Link> {
  let best = { link: links[0] as Link, distance: Number.POSITIVE_INFINITY };
  for (const link of links) {
    const look = link.track.person === null ? null : await looks.of(link.face);
    if (look === null || link.track.person === null) continue;
    const distance = personDistance(look, link.track.person.descriptor);
    if (distance < best.distance) best = { link, distance };
  }
  return best.link;
}

/** Takes back links to faces that look different from the last sighting and turn out to be of somebody else. */
async function rejectMismatches(owner: Map<Face, FaceTrack>, { looks, tools }: Scene): Promise<void> {
  for (const [face, { patch, person }] of owner) {
    if (person === null || patchSimilarity(patch, tools.patch(face)) >= CLEARLY_LIKE) continue;
    const look = await looks.of(face);
    if (look !== null && personDistance(look, person.descriptor) > tools.samePersonUpTo) owner.delete(face);
  }
}

/** Faces that no position explains: after a cut, or someone who comes back. The most alike are linked first. */
async function reidentify(owner: Map<Face, FaceTrack>, { state, frame, looks, tools }: Scene): Promise<void> {
  const free = state.tracks.filter((track) => ![...owner.values()].includes(track));
  const pairs: { face: Face; track: FaceTrack; distance: number }[] = [];
  for (const face of frame.faces.filter((one) => !owner.has(one))) {
    const look = await looks.of(face);
    for (const track of free) {
      if (look === null || track.person === null) continue;
      pairs.push({ face, track, distance: personDistance(look, track.person.descriptor) });
    }
  }
  for (const { face, track, distance } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (distance > tools.sameAgainUpTo) return;
    if (!owner.has(face) && ![...owner.values()].includes(track)) owner.set(face, track);
  }
}

/** Where a track's face should be now if it went on as it moved. */
function expectedBox({ box, velocity, lastSeenS }: FaceTrack, timestampS: number): PixelBox {
  const passedS = timestampS - lastSeenS;
  return {
    ...box,
    leftPx: box.leftPx + velocity.xPxPerS * passedS,
    topPx: box.topPx + velocity.yPxPerS * passedS,
  };
}

async function continued(id: string, before: FaceTrack | undefined, face: Face, scene: Scene): Promise<FaceTrack> {
  const { timestampS } = scene.frame;
  const still = { xPxPerS: 0, yPxPerS: 0 };
  const passedS = before === undefined ? 0 : timestampS - before.lastSeenS;
  const velocity =
    before === undefined || passedS <= 0 || passedS > LONGEST_GAP_S ? still : motion(before, face, passedS);
  const person = await updatedMean(before?.person ?? null, face, scene);
  return { id, box: face.box, velocity, lastSeenS: timestampS, patch: scene.tools.patch(face), person };
}

function motion({ box }: FaceTrack, face: Face, passedS: number): FaceTrack["velocity"] {
  const [fromX, fromY] = middleOf(box);
  const [toX, toY] = middleOf(face.box);
  return { xPxPerS: (toX - fromX) / passedS, yPxPerS: (toY - fromY) / passedS };
}

function middleOf({ leftPx, topPx, widthPx, heightPx }: PixelBox): readonly [number, number] {
  return [leftPx + widthPx / 2, topPx + heightPx / 2];
}

/** Looks at the person again now and then, until the mean of the looks is steady. */
async function updatedMean(
  person: FaceTrack["person"],
  face: Face,
  { frame: { timestampS }, looks }: Scene,
): Promise<FaceTrack["person"]> {
  const due = person === null || (person.looks < LOOKS_ENOUGH && timestampS - person.lookedAtS >= LOOK_EVERY_S);
  const look = due ? await looks.of(face) : null;
  if (look === null) return person;
  const before = person ?? { descriptor: look.map(() => 0), looks: 0, lookedAtS: timestampS };
  const looksNow = before.looks + 1;
  const descriptor = look.map((value, index) => {
    const mean = before.descriptor[index] as number; // descriptors of one network have one length
    return mean + (value - mean) / looksNow;
  });
  return { descriptor, looks: looksNow, lookedAtS: timestampS };
}
