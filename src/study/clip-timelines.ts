import { basename } from "node:path";
import { createEvidenceLedger } from "../domain/evidence-ledger.ts";
import { chooseFrames } from "../dynamics/choose-frames.ts";
import type { ClipDynamics } from "../dynamics/clip-dynamics.ts";
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
import { clipsOf, type NamedFrame } from "./clip-tables.ts";
import { readImageRecords } from "./imported-study.ts";
import { keyFrame, MOST_FRAMES } from "./measure-clip.ts";

/** A clip of a study over time. */
interface ClipOverTime {
  readonly path: string;
  readonly view: ClipView;
  /** What happens to each person, one sentence each. */
  readonly events: readonly { readonly name: string; readonly sentences: readonly string[] }[];
}

/** Everybody in a clip, in every frame in which they were seen. */
type Sights = Map<string, PersonInClip["sights"][number][]>;

/** The clips among the records of a study, person by person; one of more than `MOST_FRAMES` frames has no timeline. */
export async function* clipsOverTime(
  records: AsyncIterable<ImageRecord>,
  people: Pick<StudyPeople, "nameOf">,
): AsyncGenerator<ClipOverTime> {
  let [sights, frames]: [Sights, number] = [new Map(), 0];
  const keep = (frame: NamedFrame) => {
    if (++frames <= MOST_FRAMES) addSights(sights, frame);
  };
  for await (const { path, ...clip } of clipsOf(records, people, keep)) {
    const dynamics = frames > MOST_FRAMES ? null : clip.dynamics();
    if (dynamics !== null) yield timelineOf(path, dynamics, sights);
    [sights, frames] = [new Map(), 0];
  }
}

function addSights(sights: Sights, { timeS, cut, faces }: NamedFrame): void {
  for (const face of faces) {
    const { trackId = "", toolboxes, box } = face;
    const own = sights.get(trackId) ?? [];
    sights.set(trackId, own);
    const measurement = { ...face, toolbox: toolboxes[0] ?? "none", box: box ?? NOWHERE, landmarks: null };
    own.push({ place: { timestampS: timeS, ...(cut ? { cut } : {}) }, face: { measurements: [measurement] } });
  }
}

const NOWHERE = { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 };

function timelineOf(path: string, dynamics: ClipDynamics, sights: Sights): ClipOverTime {
  const { timesS, cuts } = dynamics.clock;
  const ledger = createEvidenceLedger([]);
  const people = [...sights].map(([name, own]) => ({ faceId: name, trackId: name, sights: own }));
  const by = { type: "toolbox" as const, name: "the toolboxes of the study" };
  for (const item of clipEvidence({ people, dynamics }, by)) ledger.add(item);
  for (const person of people) for (const item of personEvidence(person, { people, dynamics })) ledger.add(item);
  const shown = chooseFrames(dynamics, MOMENTS, (name) => name);
  const view = viewOfClip({
    clip: {
      untilS: timesS.at(-1) ?? 0,
      cutsS: timesS.filter((_, at) => cuts[at] && !cuts[at + 1]),
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
  return { path, view, events: [...events, ...(together.length === 0 ? [] : [about])] };
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
