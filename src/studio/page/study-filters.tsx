import { HistogramFigure, LabelCounts, unitName } from "../../pages/study-figures.tsx";
import type { RowFilter } from "../../study/filter-rows.ts";
import { countLabels, histogram, type StudyRows } from "../../study/study-rows.ts";
import { go, withQuery } from "./address.ts";
import { columnName } from "./study-list.tsx";

const BINS = 20;
const SHOWN_WORDS = [
  ["all", "everything"],
  ["counted", "what counts"],
  ["excluded", "what is excluded"],
  ["no face", "images or frames without a face"],
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

/** Words of the address that say what of a study is shown, as `readRowFilter` reads them. */
export const FILTER_WORDS = ["show", "label", "unit", "from", "to", "quality", "qualityTo", "name", "sort", "down"];
const NO_FILTER = Object.fromEntries(FILTER_WORDS.map((name) => [name, null]));

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
  const choose = (label: string) => set({ label: filter.label === label ? null : label });
  return <LabelCounts counts={countLabels(rows, shown)} chosen={filter.label} choose={choose} />;
}

function Bars({ name, words, rows, shown }: { name: string; words: string; rows: StudyRows; shown: Uint32Array }) {
  const found = histogram(rows, shown, name, BINS);
  return found === null ? null : <HistogramFigure words={words} found={found} />;
}
