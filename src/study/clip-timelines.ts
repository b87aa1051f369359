import { basename } from "node:path";
import { createEvidenceLedger } from "../domain/evidence.ts";
import { chooseFrames } from "../dynamics/choose-frames.ts";
import { collectClip } from "../dynamics/clip-dynamics.ts";
import { expressionCurves } from "../dynamics/expression-curves.ts";
import { clipEvidence, type PersonInClip, personEvidence } from "../evidence/clip-evidence.ts";
import type { ImageRecord } from "../measuring/measurement-json.ts";
import { MOMENTS } from "../pages/clip-moments.ts";
import { clipPage } from "../pages/clip-page.tsx";
import type { ClipView } from "../pages/clip-view.ts";
import { viewOfClip } from "../pages/view-clip.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { framesInPage } from "./clip-frames.ts";
import { openStudyPeople, type StudyPeople } from "./clip-notes.ts";
import { namedFaces } from "./clip-tables.ts";

import { readImageRecords } from "./imported-study.ts";
import { keyFrame } from "./measure-clip.ts";

/** A clip of a study over time. */
export interface ClipOverTime {
  readonly path: string;
  readonly view: ClipView;
  /** What happens to each person, one sentence each. */
  readonly events: readonly { readonly name: string; readonly sentences: readonly string[] }[];
}

/** Frames that are kept in mind at once; a longer clip has no timeline. */
const MOST_FRAMES = 3_000;

interface OpenClip {
  readonly path: string;
  readonly clip: ReturnType<typeof collectClip>;
  readonly sights: Map<string, PersonInClip["sights"][number][]>;
  readonly tracks: Map<string, Set<string>>;
  readonly cutsS: number[];
  frames: number;
  untilS: number;
}

/** The clips among the records of a study, person by person. */
export async function* clipsOverTime(
  records: AsyncIterable<ImageRecord>,
  people: Pick<StudyPeople, "nameOf">,
): AsyncGenerator<ClipOverTime> {
  let open: OpenClip | undefined;
  for await (const record of records) {
    if (open !== undefined && open.path !== record.path) {
      yield* timelineOf(open);
      open = undefined;
    }
    const { path, frame } = record;
    if (frame === undefined || frame.timestampS === null) continue;
    open ??= {
      ...{ path, clip: collectClip(), sights: new Map(), tracks: new Map(), cutsS: [], frames: 0, untilS: 0 },
    };
    addFrame(open, record, people);
  }
  if (open !== undefined) yield* timelineOf(open);
}

function addFrame(
  open: OpenClip,
  { path, frame, faces, widthPx, heightPx }: ImageRecord,
  people: Pick<StudyPeople, "nameOf">,
): void {
  if (frame === undefined || frame.timestampS === null || ++open.frames > MOST_FRAMES) return;
  const { index, timestampS, cut } = frame;
  open.untilS = timestampS;
  if (cut) open.cutsS.push(timestampS);
  const named = namedFaces(faces, { path, frame: index }, { people, tracks: open.tracks });
  open.clip.add({ frame: index, timeS: timestampS, cut: cut === true, widthPx, heightPx, faces: named });
  for (const face of named) {
    const { trackId = "", toolboxes, box } = face;
    const sights = open.sights.get(trackId) ?? [];
    open.sights.set(trackId, sights);
    const measurement = { ...face, toolbox: toolboxes[0] ?? "none", box: box ?? NOWHERE, landmarks: null };
    sights.push({ place: { timestampS, ...(cut ? { cut } : {}) }, face: { measurements: [measurement] } });
  }
}

const NOWHERE = { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 };

function* timelineOf({ path, clip, sights, cutsS, frames, untilS }: OpenClip): Generator<ClipOverTime> {
  if (frames > MOST_FRAMES) return;
  const dynamics = clip.end();
  const ledger = createEvidenceLedger([]);
  const people = [...sights].map(([name, own]) => ({ faceId: name, trackId: name, sights: own }));
  const by = { type: "toolbox" as const, name: "the toolboxes of the study" };
  for (const item of clipEvidence({ people, dynamics }, by)) ledger.add(item);
  for (const person of people) for (const item of personEvidence(person, { people, dynamics })) ledger.add(item);
  const shown = chooseFrames(dynamics, MOMENTS, (name) => name);
  const view = viewOfClip({
    clip: {
      untilS,
      cutsS,
      shown,
      keyFrame: keyFrame(dynamics, shown) ?? 0,
      expressions: people.flatMap(expressionCurves),
    },
    people: people.map(({ faceId }) => ({ faceId, name: faceId })),
    items: ledger.items(),
    subjects: [],
  });
  const events = people.map(({ faceId: name }) => {
    const own = ledger.ofFace(name).filter(({ kind, time }) => time !== undefined && kind !== "expression");
    return { name, sentences: own.map(({ statement }) => statement) };
  });
  const together = ledger.ofKind("episode").filter(({ faceId }) => faceId === null);
  const about = { name: "All of it", sentences: together.map(({ statement }) => statement) };
  yield { path, view, events: [...events, ...(together.length === 0 ? [] : [about])] };
}

/** Clips of a study that get a page: of more, the studio shows each. */
const MOST_PAGES = 20;

/** The page of a clip. */
export interface TimelinePage {
  readonly path: string;
  readonly file: string;
}

/** Writes a page for each of the first clips of a study: `timeline-01.html` and so on. */
export async function writeTimelines(
  run: RunFolder,
  { video, fps }: { readonly video: VideoReader; readonly fps: number },
  signal?: AbortSignal,
): Promise<TimelinePage[]> {
  const pages: TimelinePage[] = [];
  const people = await openStudyPeople(run.folder);
  for await (const { path, view, events } of clipsOverTime(readImageRecords(run.folder), people)) {
    const timesS = view.moments.map(({ timeS }) => timeS);
    const frames = await framesInPage({ path, fps, timesS }, video, signal);
    const file = `timeline-${String(pages.length + 1).padStart(2, "0")}.html`;
    await run.write(file, clipPage({ title: basename(path), view, frames, events }));
    if (pages.push({ path, file }) === MOST_PAGES) break;
  }
  return pages;
}
