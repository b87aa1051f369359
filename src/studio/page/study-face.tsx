import { useState } from "preact/hooks";
import { unitName } from "../../pages/study-figures.tsx";
import { visibleText } from "../../platform/visible-text.ts";
import type { StudyRows } from "../../study/study-rows.ts";
import { pageAddress } from "../page-address.ts";
import { href, query } from "./address.ts";
import { Failure } from "./parts.tsx";
import { post } from "./server.ts";
import { clipAddress, faceOfRow, highestUnits, portraitOf, reasonOf, type StudyAbout, whoOfRow } from "./study-data.ts";
import { imageName } from "./study-list.tsx";

interface FaceProps {
  readonly study: string;
  readonly rows: StudyRows;
  readonly row: number | undefined;
  readonly shown: Uint32Array;
  readonly about: StudyAbout;
  readonly reasons: ReadonlyMap<string, string>;
}

/** The selected face with what was measured on it, and what to leave out. */
export function SelectedFace(props: FaceProps) {
  const { study, rows, row, reasons, about } = props;
  if (row === undefined) {
    return (
      <aside aria-label="Selected face">
        <p class="soft">Select a face to see what was measured on it, and to exclude it.</p>
        <Exclude {...props} />
      </aside>
    );
  }
  const portrait = portraitOf(study, rows, row);
  const { classifiers, units } = rows.columns;
  const warnings = rows.text("warnings", row);
  const path = rows.text("path", row);
  const face = whoOfRow(rows, row, about.people);
  const untrusted = units.filter((unit) => rows.number(`${unit}_weight`, row) < 0.25).length;
  return (
    <aside aria-label="Selected face">
      {portrait === null ? null : <img key={portrait} src={portrait} alt={`${face} in ${imageName(rows, row)}`} />}
      <h2>
        {imageName(rows, row)} <bdi>{face}</bdi>
      </h2>
      <p role="status">
        {face === "" ? `No face was found in this ${shotOf(rows, row)}.` : labelsInWords(rows, row, classifiers)}
      </p>
      <dl class="facts">
        {highestUnits(rows, row, 8).map(({ unit, value }) => (
          <div key={unit}>
            <dt>{unitName(unit)}</dt>
            <dd>
              <meter min={0} max={value > 1 ? 5 : 1} value={value} aria-hidden="true" /> {value.toFixed(2)}
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        {face === "" ? "" : `Quality ${textOf(rows.number("quality", row))}. `}
        {warnings === "" ? "" : `${warnings}. `}
        {untrusted === 0 ? "" : `${untrusted} action units cannot be trusted here. `}
        {shotOf(rows, row) === "image" ? (
          <a href={href(pageAddress("image", path))}>Judge the image</a>
        ) : (
          <a href={href(clipAddress(study, path, rows.number("timestamp_s", row)))}>See it in the clip</a>
        )}
      </p>
      <Exclude key={faceOfRow(rows, row)} {...props} reason={reasonOf(reasons, faceOfRow(rows, row))} />
    </aside>
  );
}

function shotOf(rows: StudyRows, row: number): "image" | "frame" {
  return Number.isNaN(rows.number("frame", row)) ? "image" : "frame";
}

function textOf(value: number): string {
  return Number.isNaN(value) ? "not measured" : value.toFixed(2);
}

function labelsInWords(rows: StudyRows, row: number, classifiers: readonly string[]): string {
  const told = classifiers.map((name) => [name, rows.text(name, row)] as const).filter(([, label]) => label !== "");
  if (told.length === 0) return "No expression was read.";
  const labels = new Set(told.map(([, label]) => label));
  if (labels.size === 1) return `Reads as ${[...labels][0]} by every classifier.`;
  return `Classifiers disagree: ${told.map(([name, label]) => `${label} by ${name}`).join(", ")}.`;
}

function Exclude({ study, rows, row, shown, about, reason }: FaceProps & { readonly reason?: string | undefined }) {
  const [text, setText] = useState("");
  const [told, setTold] = useState("");
  const [error, setError] = useState<string | null>(null);
  const face = row === undefined ? null : faceOfRow(rows, row);
  const send = async (chosen: object, why: string | null) => {
    setError(null);
    try {
      const { faces } = await post<{ faces: number }>("/study/exclude", { study, chosen, reason: why });
      setTold(`${faces} ${faces === 1 ? "face" : "faces"} ${why === null ? "count again" : `excluded: ${why}`}`);
    } catch (problem) {
      setError((problem as Error).message);
    }
  };
  const others = [...new Set(about.exclusions.map((one) => one.reason))];
  const all = { filter: query.value.toString() };
  return (
    <form
      class="exclude"
      onSubmit={(event) => {
        event.preventDefault();
        if (face !== null) void send({ faces: [face] }, text);
      }}
    >
      {reason === undefined ? null : <p class="told">Excluded: {reason}</p>}
      {reason === undefined || face === null ? null : (
        <button type="button" name="count-again" onClick={() => void send({ faces: [face] }, null)}>
          Count it again
        </button>
      )}
      <label class="field">
        Reason for excluding
        <input
          name="reason"
          list="reasons"
          value={text}
          maxLength={1000}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </label>
      <datalist id="reasons">
        {others.map((each) => (
          <option key={each} value={visibleText(each)} />
        ))}
      </datalist>
      <div class="row">
        {face === null || row === undefined ? null : (
          <button type="submit" class="main" disabled={text.trim() === ""}>
            Exclude this {face.endsWith("#") ? shotOf(rows, row) : "face"}
          </button>
        )}
        <button type="button" disabled={text.trim() === "" || shown.length === 0} onClick={() => void send(all, text)}>
          Exclude all {shown.length} shown
        </button>
        <button type="button" class="quiet" disabled={shown.length === 0} onClick={() => void send(all, null)}>
          Count all shown again
        </button>
      </div>
      <p role="status" class="soft">
        {told}
      </p>
      <Failure error={error} />
    </form>
  );
}
