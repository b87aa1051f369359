import { useMemo, useState } from "preact/hooks";
import { filterRows, readRowFilter } from "../../study/filter-rows.ts";
import type { StudyRows } from "../../study/study-rows.ts";
import { isUnderWay, type Job } from "../jobs.ts";
import { pageAddress } from "../page-address.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { jobAt, post, useLoaded } from "./server.ts";
import { StudySharing } from "./sharing.tsx";
import { clipAddress, clipsOf, exclusionsByRow, faceOfRow, type StudyAbout, useStudyRows } from "./study-data.ts";
import { SelectedFace } from "./study-face.tsx";
import { FILTER_WORDS, StudyFilters } from "./study-filters.tsx";
import { FaceList } from "./study-list.tsx";
import { Measuring } from "./study-measuring.tsx";

export function StudyPage({ rest: study }: { readonly rest: string }) {
  const about = useLoaded<StudyAbout>(`/study?path=${encodeURIComponent(study)}`);
  const loaded = useStudyRows(study, about.value?.stamp);
  const job = jobAt(pageAddress("study", study));
  return (
    <>
      <h1>{study.split("/").at(-1)}</h1>
      <Failure error={job === undefined || isUnderWay(job) ? null : job.failure} />
      {about.value === undefined ? (
        <Measuring study={study} job={job} about={undefined} error={about.error} />
      ) : (
        <>
          <Measuring study={study} job={job} about={about.value} error={null} />
          <Failure error={loaded.error} />
          <Faces study={study} about={about.value} loaded={loaded} />
          <Failures about={about.value} study={study} />
          <StudySharing study={study} />
        </>
      )}
    </>
  );
}

interface FacesProps {
  readonly study: string;
  readonly about: StudyAbout;
  readonly loaded: ReturnType<typeof useStudyRows>;
}

/** Columns of the table beside those of the highest interest. */
const TABLE_COLUMNS = ["quality", "yaw_rad", "pitch_rad"];

function Faces({ study, about, loaded: { rows, count, isWhole, error } }: FacesProps) {
  const words = query.value;
  const [selected, view] = [words.get("face"), words.get("view") === "table" ? "table" : "grid"] as const;
  const filterWords = FILTER_WORDS.map((name) => `${name} ${words.get(name)}`).join();
  const excluded = useMemo(
    () => (rows === undefined ? undefined : exclusionsByRow(rows, about.exclusions)),
    [rows, count, about.exclusions],
  );
  const filter = useMemo(() => readRowFilter(words), [filterWords]);
  const shown = useMemo(
    () => (rows === undefined || excluded === undefined ? undefined : filterRows(rows, excluded.is, filter)),
    [rows, count, excluded, filter],
  );
  if (rows === undefined || excluded === undefined || shown === undefined) {
    return error === null ? <Busy>Reading the study</Busy> : null;
  }
  const row = selected === null ? undefined : rowOf(rows, selected);
  const columns = [...TABLE_COLUMNS.filter((name) => rows.columns.numbers.includes(name)), ...rows.columns.units];
  return (
    <>
      <Clips study={study} rows={rows} count={count} />
      <StudyFilters rows={rows} shown={shown} filter={filter} />
      <div class="row shown">
        <p role="status">
          {shown.length} of {count} shown
          {isWhole ? "" : ", still reading"}
        </p>
        <div class="row">
          {(["grid", "table"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={view === each}
              onClick={() => go(withQuery({ view: each === "grid" ? null : each }), "replace")}
            >
              {each === "grid" ? "Contact sheet" : "Table"}
            </button>
          ))}
        </div>
        {rows.columns.units.some((unit) => !unit.startsWith("AU")) ? <Compare study={study} /> : null}
        {shown.length === 0 ? null : (
          <a class="button" href={href(`/ask/?${new URLSearchParams([["study", study], ...chosenFilter()])}`)}>
            Ask about them
          </a>
        )}
        <Downloads study={study} shown={shown.length} />
      </div>
      {shown.length === 0 ? (
        <p>
          {count === 0
            ? "There is no image in the study yet."
            : "No face fits these filters: widen them, or show everything again."}
        </p>
      ) : null}
      <div class="study">
        <FaceList
          {...{ study, rows, shown, selected, view, columns }}
          reasons={excluded.reasons}
          people={about.people}
        />
        <SelectedFace {...{ study, rows, row, shown, about }} reasons={excluded.reasons} />
      </div>
    </>
  );
}

/** How far its toolboxes agree, as the command `agreement` writes it. */
function Compare({ study }: { readonly study: string }) {
  const [refused, setRefused] = useState<string | null>(null);
  const compare = () =>
    void post<{ job: Job }>("/agreements", { study }).then(
      ({ job }) => go(job.address),
      (problem: Error) => setRefused(problem.message),
    );
  return (
    <>
      <button type="button" onClick={compare}>
        Compare its toolboxes
      </button>
      <Failure error={refused} />
    </>
  );
}

const MOST_CLIPS = 200;

function Clips({ study, rows, count }: { readonly study: string; readonly rows: StudyRows; readonly count: number }) {
  const clips = useMemo(() => clipsOf(rows), [rows, count]);
  if (clips.length === 0) return null;
  return (
    <details open={clips.length < 10}>
      <summary>
        {clips.length === 1 ? "One clip, with a timeline" : `${clips.length} clips, each with a timeline`}
      </summary>
      <ul class="studies">
        {clips.slice(0, MOST_CLIPS).map((clip) => (
          <li key={clip}>
            <a href={href(clipAddress(study, clip))}>{clip}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function rowOf(rows: NonNullable<ReturnType<typeof useStudyRows>["rows"]>, face: string): number | undefined {
  for (let row = 0; row < rows.count; row++) if (faceOfRow(rows, row) === face) return row;
  return undefined;
}

/** The filter that the address holds. */
function chosenFilter(): string[][] {
  return [...query.value].filter(([name]) => FILTER_WORDS.includes(name));
}

function Downloads({ study, shown }: { readonly study: string; readonly shown: number }) {
  const path = encodeURIComponent(study);
  const filter = new URLSearchParams(chosenFilter());
  const links = [
    [`CSV of the ${shown} shown`, `/study/table?path=${path}&${filter}`],
    ["Data dictionary", `/study/file?path=${path}&name=data-dictionary.csv`],
    ["R script", `/study/script?path=${path}&language=r`],
    ["Python script", `/study/script?path=${path}&language=python`],
  ] as const;
  return (
    <details class="downloads">
      <summary>Save</summary>
      <ul>
        {links.map(([words, address]) => (
          <li key={words}>
            <a href={href(`/api${address}`)} download>
              {words}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Failures({ study, about: { failures, counts } }: { readonly study: string; readonly about: StudyAbout }) {
  if (failures.length === 0) return null;
  return (
    <details>
      <summary>{counts.failures} could not be measured</summary>
      <ul>
        {failures.map(({ path, reason }) => (
          <li key={path}>{reason}</li>
        ))}
      </ul>
      {failures.length < counts.failures ? (
        <a href={href(`/api/study/file?path=${encodeURIComponent(study)}&name=failures.csv`)} download>
          All of them
        </a>
      ) : null}
    </details>
  );
}
