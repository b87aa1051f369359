import { Scrolling } from "../../pages/figure-table.tsx";
import { ShareBar } from "../../pages/report-readings.tsx";
import type { ReadSituation } from "../context-routes.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";

/** What situations lead one to expect, without any face. What is asked stands in the address. */
export function ContextPage() {
  const tables = useLoaded<{ tables: readonly string[] }>("/situation-tables").value?.tables ?? [];
  const [situation, table, about] = ["situation", "table", "about"].map((name) => query.value.get(name) ?? "");
  function read(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (name: string) => String(form.get(name) ?? "").trim() || null;
    const isTold = words("situation") !== null;
    go(withQuery({ situation: words("situation"), table: isTold ? null : words("table"), about: words("about") }));
  }
  return (
    <>
      <h1>Situations</h1>
      <p>
        Which emotions and appraisals a situation leads one to expect of the person in it, told in English and read
        without any face: norms for stimuli, or a check of what you are about to tell of an image.
      </p>
      <form class="lab" key={`${situation} ${table} ${about}`} onSubmit={read}>
        <label class="field">
          The situation
          <textarea name="situation" rows={3} dir="auto" maxLength={2000} defaultValue={situation} />
        </label>
        <div class="row">
          <label class="field">
            or a table with one situation in each row
            <input name="table" list="situation-tables" placeholder="stimuli.csv" defaultValue={table} />
            <datalist id="situation-tables">
              {tables.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </label>
          <label class="field">
            Read for
            <input name="about" dir="auto" placeholder="as the text calls them" defaultValue={about} />
          </label>
          <button type="submit" class="main">
            Read
          </button>
        </div>
      </form>
      {situation === "" && table === "" ? null : (
        <Readings words={new URLSearchParams(wordsOf())} table={table ?? ""} />
      )}
    </>
  );
}

function wordsOf(): Record<string, string> {
  const names = ["situation", "table", "about"].map((name) => [name, query.value.get(name) ?? ""] as const);
  return Object.fromEntries(names.filter(([, value]) => value !== ""));
}

interface Read {
  readonly total: number;
  readonly read: readonly ReadSituation[];
}

function Readings({ words, table }: { readonly words: URLSearchParams; readonly table: string }) {
  const { value, error } = useLoaded<Read>(`/situations?${words}`);
  if (value === undefined) return error === null ? <Busy>Reading</Busy> : <Failure error={error} />;
  return (
    <section aria-label="What is expected">
      {table === "" ? null : (
        <p class="row">
          <span role="status">
            {value.total} {value.total === 1 ? "situation" : "situations"} in {table}
            {value.read.length === value.total ? "" : `, of which the first ${value.read.length} are shown`}
          </span>
          <a class="button" href={href(`/api/situations.csv?${words}`)} download="norms.csv">
            All of them as a table (norms.csv)
          </a>
        </p>
      )}
      {value.read.map((one, at) => (
        <Expected key={at} {...one} />
      ))}
    </section>
  );
}

/** Emotions that are hardly expected are not listed. */
const LISTED_FROM = 0.03;

function Expected({ situation, reading }: ReadSituation) {
  const { distribution, abstention, appraisals, turns, leftOut } = reading;
  const emotions = (distribution ?? []).filter(({ probability }) => probability >= LISTED_FROM);
  return (
    <article class="expected">
      <h2 dir="auto">{situation.trim() === "" ? "(empty)" : situation}</h2>
      {abstention === null ? null : <p class="told">Not read: {abstention}.</p>}
      {leftOut.length === 0 ? null : (
        <p class="soft">
          Left to the face: <span dir="auto">{leftOut.join("; ")}</span>
        </p>
      )}
      {turns.length === 0 ? null : <p class="soft">Something in it is {turns.join(" and ")}.</p>}
      {distribution === null ? null : (
        <div class="beside">
          <Shares
            name="Emotions expected"
            rows={emotions.map(({ label, probability }) => [label, probability])}
            isWhole
          />
          <Shares name="Appraised, 0 to 1" rows={appraisals.map(({ name, value }) => [name, value])} />
        </div>
      )}
    </article>
  );
}

interface SharesProps {
  readonly name: string;
  readonly rows: readonly (readonly [name: string, share: number])[];
  readonly isWhole?: boolean;
}

function Shares({ name, rows, isWhole = false }: SharesProps) {
  return (
    <Scrolling name={name}>
      <table class="readings">
        <caption>{name}</caption>
        <tbody>
          {rows.map(([each, share]) => (
            <tr key={each}>
              <th scope="row">{each}</th>
              <td>
                <span class="value">{share.toFixed(2)}</span>
                <ShareBar share={share} isWhole={isWhole} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}
