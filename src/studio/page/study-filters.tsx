import { countLabels, type Histogram, histogram, type RowFilter, type StudyRows } from "../../study/study-rows.ts";
import { go, withQuery } from "./address.ts";
import { unitName } from "./study-data.ts";
import { columnName } from "./study-list.tsx";

const BINS = 20;
const SHOWN_WORDS = [
  ["all", "everything"],
  ["counted", "what counts"],
  ["excluded", "what is excluded"],
  ["no face", "images without a face"],
  ["disagree", "where classifiers disagree"],
] as const;

interface FilterProps {
  readonly rows: StudyRows;
  readonly shown: Uint32Array;
  readonly filter: RowFilter;
}

/** Another filter in the address; the selected face stays selected. */
const set = (changes: Readonly<Record<string, string | null>>) => go(withQuery(changes), "replace");
const setTo = (name: string) => (event: Event) =>
  set({ [name]: (event.currentTarget as HTMLInputElement).value || null });

export function StudyFilters({ rows, shown, filter }: FilterProps) {
  const { classifiers, units, numbers } = rows.columns;
  const unit = filter.unit ?? units.find((name) => /AU12_/.test(name)) ?? units[0] ?? null;
  return (
    <section class="filters" aria-label="Filters">
      <div class="row">
        <label>
          Show
          <select value={filter.show} onChange={setTo("show")}>
            {SHOWN_WORDS.filter(([value]) => value !== "disagree" || classifiers.length > 1).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          Label
          <select value={filter.label ?? ""} onChange={setTo("label")}>
            <option value="">any</option>
            {rows
              .words("label")
              .filter(Boolean)
              .toSorted()
              .map((label) => (
                <option key={label}>{label}</option>
              ))}
          </select>
        </label>
        <label>
          Action unit
          <select value={unit ?? ""} onChange={setTo("unit")}>
            {units.map((name) => (
              <option key={name} value={name}>
                {unitName(name)}
              </option>
            ))}
          </select>
        </label>
        <NumberField name="from" words="from" value={filter.from} unit={unit} />
        <NumberField name="to" words="to" value={filter.to} unit={unit} />
        <NumberField name="quality" words="Quality from" value={filter.quality} />
        <NumberField name="qualityTo" words="to" value={filter.qualityTo} />
        <label>
          Image name holds
          <input name="name" type="search" value={filter.name} onInput={setTo("name")} />
        </label>
        <label>
          Sort by
          <select value={filter.sort ?? ""} onChange={setTo("sort")}>
            <option value="">order of the study</option>
            {["path", "label", ...numbers.filter((name) => !/^box_|_weight$|^frame$/.test(name))].map((name) => (
              <option key={name} value={name}>
                {columnName(name)}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={filter.down}
            onChange={(event) => set({ down: event.currentTarget.checked ? "" : null })}
          />
          highest first
        </label>
        <button type="button" class="quiet" onClick={() => set(NO_FILTER)}>
          Show everything again
        </button>
      </div>
      <div class="histograms">
        <Labels rows={rows} shown={shown} filter={filter} />
        {unit === null ? null : <Bars name={unit} words={unitName(unit)} rows={rows} shown={shown} />}
        <Bars name="quality" words="quality" rows={rows} shown={shown} />
      </div>
    </section>
  );
}

const NO_FILTER = Object.fromEntries(
  ["show", "label", "unit", "from", "to", "quality", "qualityTo", "name", "sort", "down"].map((name) => [name, null]),
);

function NumberField(props: { name: string; words: string; value: number | null; unit?: string | null }) {
  const { name, words, value, unit } = props;
  return (
    <label>
      {words}
      {unit == null ? null : <span class="hidden"> of {unitName(unit)}</span>}
      <input
        {...{ name, type: "number", step: "any", size: 5, value: value ?? "" }}
        onInput={(event) => set({ [name]: event.currentTarget.value || null, ...(unit == null ? {} : { unit }) })}
      />
    </label>
  );
}

/** The commonest labels of what is shown; each is a filter. */
function Labels({ rows, shown, filter }: FilterProps) {
  const counts = countLabels(rows, shown);
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return (
    <ul class="labels" aria-label="Labels of the faces shown">
      {counts.map(({ label, count }) => (
        <li key={label}>
          <button
            type="button"
            aria-pressed={filter.label === label}
            onClick={() => set({ label: filter.label === label ? null : label })}
          >
            <span>{label}</span>
            <meter min={0} max={most} value={count} aria-hidden="true" />
            <span class="n">{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Two histograms in one: all that was measured, and what the filters leave. */
function Bars({ name, words, rows, shown }: { name: string; words: string; rows: StudyRows; shown: Uint32Array }) {
  const found = histogram(rows, shown, name, BINS);
  if (found === null) return null;
  return (
    <figure>
      <svg viewBox={`0 0 ${BINS * 10} 60`} width={BINS * 10} role="img" aria-label={inWords(words, found)}>
        {found.all.map((count, bin) => (
          <g key={bin}>
            <rect class="all" x={bin * 10 + 1} width={8} {...heightOf(count, found)} />
            <rect class="shown" x={bin * 10 + 1} width={8} {...heightOf(found.shown[bin] as number, found)} />
          </g>
        ))}
      </svg>
      <figcaption>
        <span>{Number(found.from.toFixed(2))}</span> <b>{words}</b> <span>{Number(found.to.toFixed(2))}</span>
      </figcaption>
    </figure>
  );
}

function heightOf(count: number, { all }: Histogram) {
  const height = count === 0 ? 0 : Math.max(1.5, (58 * count) / Math.max(...all));
  return { height, y: 60 - height };
}

function inWords(words: string, { from, to, shown }: Histogram): string {
  const total = shown.reduce((sum, count) => sum + count, 0);
  const commonest = shown.indexOf(Math.max(...shown));
  const edge = (bin: number) => Number((from + ((to - from) * bin) / BINS).toFixed(2));
  return `${words} of ${total} faces, most of them from ${edge(commonest)} to ${edge(commonest + 1)}`;
}
