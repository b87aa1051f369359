import { z } from "zod";
import { boxOverlap, PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { patchSimilarity } from "./face-patch.ts";
import { distanceTo, type Look, type Looks, Person, updatedPerson } from "./known-person.ts";

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
  /** When it was first seen, and in how many frames since. */
  firstSeenS: z.number().default(0),
  sights: z.int().default(Number.MAX_SAFE_INTEGER),
  /** Who it is: `null` before the first look. */
  person: Person.nullable(),
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
  /** Whether the frames before were of another shot, by a cut or a dissolve: where somebody was, anybody may be now. */
  readonly isNewShot?: boolean;
}

interface TrackingTools {
  /** Who a face of this frame is; `null` when it cannot be told. Asked only where position does not decide. */
  describe(face: Face): Promise<Look | null>;
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
/** In so many frames somebody new may still turn out to be who was seen before. */
const NEW_FOR_SIGHTS = 5;

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
  const mistaken = await reidentify(owner, scene);
  let { count } = state;
  const tracks = new Map(state.tracks.filter((one) => !mistaken.has(one)).map((track) => [track.id, track]));
  const faces: Face[] = [];
  for (const face of frame.faces) {
    const before = owner.get(face);
    const id = before?.id ?? `T${++count}`;
    tracks.set(id, await continued(id, before, face, scene));
    faces.push({ ...face, trackId: id });
  }
  return { faces, state: { count, tracks: [...tracks.values()] } };
}

/** Each face is described once per frame at the most. */
function createLooks({ describe }: TrackingTools): Looks {
  const known = new Map<Face, Promise<Look | null>>();
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
    const distance = distanceTo(link.track.person, look);
    if (distance < best.distance) best = { link, distance };
  }
  return best.link;
}

/**
 * Takes back links to faces that look different from the last sighting and turn out to be of somebody else. A face changes so slowly in a
 * dissolve that it always looks like the last sighting, and in a new shot as little is expected of its place as of one out of nowhere.
 */
async function rejectMismatches(owner: Map<Face, FaceTrack>, { frame, looks, tools }: Scene): Promise<void> {
  const { isNewShot = false } = frame;
  for (const [face, { patch, person }] of owner) {
    if (person === null || (!isNewShot && patchSimilarity(patch, tools.patch(face)) >= CLEARLY_LIKE)) continue;
    const look = await looks.of(face);
    const upTo = isNewShot ? tools.sameAgainUpTo : tools.samePersonUpTo;
    if (look?.isClear && distanceTo(person, look) > upTo) owner.delete(face);
  }
}

/**
 * Faces that no position explains: after a cut, or someone who comes back; and those of somebody new, who may be known only
 * once they are seen better. The most alike are linked first. @returns tracks that were never anybody new.
 */
async function reidentify(owner: Map<Face, FaceTrack>, scene: Scene): Promise<ReadonlySet<FaceTrack>> {
  const { tools } = scene;
  const [mistaken, linked] = [new Set<FaceTrack>(), new Set<Face>()];
  const pairs = await likenesses(owner, scene);
  for (const { face, track, distance } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (distance > tools.sameAgainUpTo) break;
    if (linked.has(face) || [...owner.values()].includes(track)) continue;
    const young = owner.get(face);
    if (young !== undefined) mistaken.add(young);
    owner.set(face, track);
    linked.add(face);
  }
  return mistaken;
}

/** Faces of people who are not known for certain, with everybody who is not seen and whom each may be. */
async function likenesses(owner: ReadonlyMap<Face, FaceTrack>, { state, frame, looks }: Scene) {
  const pairs: { face: Face; track: FaceTrack; distance: number }[] = [];
  const free = state.tracks.filter((track) => ![...owner.values()].includes(track));
  for (const face of frame.faces) {
    const young = owner.get(face);
    if (young !== undefined && young.sights >= NEW_FOR_SIGHTS) continue;
    // Who was seen beside somebody is not that person.
    const before = young === undefined ? free : free.filter(({ lastSeenS }) => lastSeenS < young.firstSeenS);
    const look = before.length === 0 ? null : await looks.of(face);
    for (const track of before) {
      if (look === null || track.person === null) continue;
      pairs.push({ face, track, distance: distanceTo(track.person, look) });
    }
  }
  return pairs;
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
  const person = await updatedPerson(before?.person ?? null, face, { timestampS, looks: scene.looks });
  const seen = { firstSeenS: before?.firstSeenS ?? timestampS, lastSeenS: timestampS };
  const sights = Math.min((before?.sights ?? 0) + 1, Number.MAX_SAFE_INTEGER);
  return { id, box: face.box, velocity, ...seen, patch: scene.tools.patch(face), sights, person };
}

function motion({ box }: FaceTrack, face: Face, passedS: number): FaceTrack["velocity"] {
  const [fromX, fromY] = middleOf(box);
  const [toX, toY] = middleOf(face.box);
  return { xPxPerS: (toX - fromX) / passedS, yPxPerS: (toY - fromY) / passedS };
}

function middleOf({ leftPx, topPx, widthPx, heightPx }: PixelBox): readonly [number, number] {
  return [leftPx + widthPx / 2, topPx + heightPx / 2];
}
