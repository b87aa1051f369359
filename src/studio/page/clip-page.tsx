import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ClipTimeline } from "../../pages/clip-timeline.tsx";
import type { ClipView } from "../../pages/clip-view.ts";
import { isUnderWay } from "../jobs.ts";
import { pageAddress } from "../page-address.ts";
import { go, href, query, withQuery } from "./address.ts";
import { AskForm } from "./ask-form.tsx";
import type { FaceLabel } from "./category-form.tsx";
import { CurveChoice, chosenColumns } from "./clip-choice.tsx";
import { ClipCurves } from "./clip-curves.tsx";
import { boxOf, type ClipNotes, excludedStretches, frameAt, framesOf, peopleOf, renamed, split } from "./clip-data.ts";
import { ClipLanes } from "./clip-lanes.tsx";
import { ClipPerson } from "./clip-people.tsx";
import { ClipPlayer } from "./clip-player.tsx";
import type { AboutImage } from "./image-page.tsx";
import { Busy, Failure } from "./parts.tsx";
import { frameFrom, jobAt, post, useLoaded } from "./server.ts";
import { type StudyAbout, useStudyRows } from "./study-data.ts";
import { Measuring } from "./study-measuring.tsx";

/** One clip of a study. */
export function ClipPage({ rest: study }: { readonly rest: string }) {
  const clip = query.value.get("clip") ?? "";
  return study === "" || clip === "" ? (
    <>
      <h1>Clips</h1>
      <p>
        A clip belongs to a study: <a href={href("/study/")}>measure a folder with clips in it</a>, then open one from
        there.
      </p>
    </>
  ) : (
    <Clip key={`${study} ${clip}`} study={study} clip={clip} />
  );
}

function Clip({ study, clip }: { readonly study: string; readonly clip: string }) {
  const about = useLoaded<StudyAbout>(`/study?path=${encodeURIComponent(study)}`);
  const notes = useLoaded<ClipNotes>(`/clip?${new URLSearchParams({ study, clip })}`);
  const { rows, count, isWhole, error } = useStudyRows(study, about.value?.stamp, clip);
  const job = jobAt(pageAddress("study", study));
  const isUnderWayNow = job !== undefined && isUnderWay(job);
  const failure = isUnderWayNow ? null : (job?.failure ?? error ?? about.error ?? notes.error);
  const isReady = rows !== undefined && isWhole && about.value !== undefined && notes.value !== undefined;
  return (
    <>
      <h1>{clip.split("/").at(-1)}</h1>
      <p>
        <a href={href(pageAddress("study", study))}>{study}</a>
      </p>
      {isUnderWayNow || about.value?.finished === false ? (
        <Measuring study={study} job={job} about={about.value} error={null} />
      ) : null}
      <Failure error={failure} />
      {isReady ? (
        <Timeline
          {...{ study, clip, rows, count }}
          about={about.value as StudyAbout}
          notes={notes.value as ClipNotes}
        />
      ) : null}
      {isReady && notes.value?.gone === null ? <AskAbout clip={clip} /> : null}
      {isReady || isUnderWayNow || failure !== null ? null : <Busy>Reading the clip</Busy>}
    </>
  );
}

interface TimelineProps {
  readonly study: string;
  readonly clip: string;
  readonly rows: NonNullable<ReturnType<typeof useStudyRows>["rows"]>;
  readonly count: number;
  readonly about: StudyAbout;
  readonly notes: ClipNotes;
}

function Timeline({ study, clip, rows, count, about, notes }: TimelineProps) {
  const at = useSignal(Number(query.value.get("at")) || 0);
  const [begunS, setBegun] = useState<number | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const frames = useMemo(() => framesOf(rows), [rows, count]);
  const people = useMemo(() => peopleOf(rows, frames, notes.people), [rows, frames, notes.people]);
  const excluded = useMemo(() => excludedStretches(rows, frames, about), [rows, frames, about.exclusions]);
  const durationS = frames.at(-1)?.atS ?? 0;
  const columns = chosenColumns(rows.columns.numbers);
  const named = query.value.get("person");
  const shown = people.filter(({ name }) => named === null || name === named);

  const seek = (toS: number) => {
    at.value = Math.max(0, Math.min(durationS, toS));
    if (video.current !== null) video.current.currentTime = at.value;
    keepPlace(at.value);
  };
  const send = (address: string, words: object) => {
    setRefused(null);
    void post(address, { study, clip, ...words }).catch((error: Error) => setRefused(error.message));
  };
  const sendPeople = (entries: ClipNotes["people"]) =>
    send("/clip/people", { people: entries.map(({ trackId, fromFrame, person }) => ({ trackId, fromFrame, person })) });
  const sendMarkers = (markers: ClipNotes["markers"]) =>
    send("/clip/markers", { markers: markers.map(({ lane, fromS, toS, label }) => ({ lane, fromS, toS, label })) });
  const splitHere = (person: (typeof people)[number]) => {
    const frame = frameAt(frames, at.value)?.frame ?? 0;
    sendPeople(split(notes.people, person, { frame, taken: people.map(({ name }) => name) }));
  };
  const addExample = async (person: (typeof people)[number], label: FaceLabel) => {
    const shown = frameAt(frames, at.value);
    const row = shown === undefined ? -1 : (person.rows[frames.indexOf(shown)] ?? -1);
    if (shown === undefined || row < 0) {
      throw new Error(`${person.name} is not in the frame that is shown: go to one with ${person.name} in it.`);
    }
    await post("/clip/exemplars", { study, clip, atS: shown.atS, box: boxOf(rows, row), ...label });
  };
  const play = () => setPlaying((before) => !before);
  useKeys({
    " ": play,
    k: play,
    ArrowLeft: () => seek(stepped(frames, at.value, -1)),
    ArrowRight: () => seek(stepped(frames, at.value, 1)),
    PageUp: () => seek(at.value - 10),
    PageDown: () => seek(at.value + 10),
    Home: () => seek(0),
    End: () => seek(durationS),
    m: () => document.querySelector<HTMLElement>("button[name=mark]")?.click(),
    i: () => setBegun(at.value),
    o: () => document.querySelector<HTMLElement>("button[name=mark-stretch]")?.click(),
    x: () => document.querySelector<HTMLElement>("input[name=reason]")?.focus(),
  });

  return (
    <>
      <Failure error={refused} />
      <ClipPlayer
        {...{ study, clip, rows, frames, durationS, at, video, isPlaying, seek, setPlaying }}
        people={notes.people}
        gone={notes.gone}
      />
      <p class="soft">
        Keys: Space plays, arrows go a frame on and back, Page Up and Page Down ten seconds, m marks a moment, i begins
        a stretch, o marks it, x excludes it.
      </p>
      <OverTime study={study} clip={clip} onSeek={seek} />
      <ClipLanes
        {...{ durationS, excluded, begunS, at }}
        markers={notes.markers}
        onBegin={setBegun}
        onSeek={seek}
        onMarkers={sendMarkers}
        onExclude={({ fromS, toS }, reason) => send("/clip/exclude", { fromS, toS, reason })}
      />
      <h2>
        {people.length} {people.length === 1 ? "person" : "people"}
      </h2>
      <CurveChoice columns={columns} all={rows.columns.numbers} people={people.map(({ name }) => name)} />
      {people.length === 0 ? <p>No face was found in this clip.</p> : null}
      {shown.map((person) => (
        <section key={person.name} aria-label={person.name}>
          <ClipPerson
            person={person}
            others={people.map(({ name }) => name).filter((name) => name !== person.name)}
            onName={(name) => sendPeople(renamed(notes.people, person, name))}
            onSplit={() => splitHere(person)}
            onExample={(label) => addExample(person, label)}
          />
          <ClipCurves {...{ rows, frames, person, columns, excluded, at }} markers={notes.markers} onSeek={seek} />
        </section>
      ))}
    </>
  );
}

/** The same timeline as on the page that `measure` writes; a frame of it is gone to. */
function OverTime({ study, clip, onSeek }: Pick<TimelineProps, "study" | "clip"> & { onSeek(atS: number): void }) {
  const { value, error } = useLoaded<{ view: ClipView } | { view: null; mostFrames: number }>(
    `/clip/timeline?${new URLSearchParams({ study, clip })}`,
  );
  if (value === undefined) return error === null ? <Busy>Reading the timeline</Busy> : <Failure error={error} />;
  if (value.view === null) {
    return (
      <p class="soft">
        There is no timeline of all of it: it has more than {value.mostFrames} frames, or frames without a time.
      </p>
    );
  }
  const frame = (timeS: number) => href(`/api/clip/frame?${new URLSearchParams({ study, clip, at: String(timeS) })}`);
  return <ClipTimeline view={value.view} frame={({ timeS }) => frameFrom(frame(timeS))} onSeek={onSeek} />;
}

/** Asks about the clip, and leads to what was asked before. */
function AskAbout({ clip }: { readonly clip: string }) {
  const { value } = useLoaded<AboutImage>(`/image?path=${encodeURIComponent(clip)}`);
  if (value === undefined) return null;
  const { answers } = value;
  return (
    <section aria-label="Ask">
      <h2>Ask about this clip</h2>
      {answers.length === 0 ? null : (
        <p>
          <a href={href(pageAddress("image", clip))}>
            {answers.length === 1 ? "The answer so far" : `${answers.length} answers so far`}
          </a>
        </p>
      )}
      <AskForm image={clip} isClip from={undefined} report={undefined} />
    </section>
  );
}

/** Addresses are changed when somebody has stopped, not with every frame. */
let settling = 0;
function keepPlace(atS: number): void {
  clearTimeout(settling);
  settling = window.setTimeout(() => go(withQuery({ at: atS === 0 ? null : atS.toFixed(2) }), "replace"), 300);
}

function stepped(frames: ReturnType<typeof framesOf>, atS: number, step: number): number {
  const now = frames.findIndex(({ atS: other }) => other > atS + 1e-3);
  const index = (now < 0 ? frames.length : now) - 1;
  return frames[Math.max(0, Math.min(frames.length - 1, index + step))]?.atS ?? 0;
}

/** Keys of the page, where nobody is writing or on a button that has keys of its own. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
      const target = event.target as Element;
      const isWriting = target.matches("input:not([type=range]), select, textarea");
      if (act === undefined || isWriting || (event.key === " " && target.matches("button, summary, a"))) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
