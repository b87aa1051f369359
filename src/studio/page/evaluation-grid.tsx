import { useEffect, useRef } from "preact/hooks";
import type { AnswerRow } from "../../evaluation/results/answer-rows.ts";
import { Scrolling } from "../../pages/figure-table.tsx";
import { href, query, withQuery } from "./address.ts";
import { AskedOtherwise, Compared, Filters, type GridProps } from "./evaluation-filters.tsx";
import { imageOf, SampleImage, Transcript } from "./evaluation-transcript.tsx";
import { Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { useVirtual } from "./use-virtual.ts";

interface Found {
  readonly total: number;
  readonly rows: readonly { readonly row: AnswerRow; readonly other: AnswerRow | null }[];
}

const FILTERS = ["cell", "state", "truth", "answer", "words", "with", "withcell", "differ"] as const;
/** Every row is as high, and so many are asked for at once. */
const ROW_PX = 56;
const ROWS = 50;

/** Every answer, filtered, beside those of another run where one is named. All of it stands in the address. */
export function Answers({ path, head, others, onShown }: GridProps & { readonly onShown: () => void }) {
  const words = new URLSearchParams({ path, count: String(ROWS) });
  for (const name of FILTERS) {
    const value = query.value.get(name);
    if (value !== null) words.set(name, value);
  }
  const address = `/evaluation/answers?${words}`;
  const { value, error } = useLoaded<Found>(`${address}&from=0`);
  const isThere = value !== undefined || error !== null;
  useEffect(() => {
    if (isThere) onShown();
  }, [isThere]);
  const call = query.value.get("call");
  const other = query.value.get("with");
  return (
    <section aria-label="Answers" class="no-print">
      <h2>Answers</h2>
      <Filters path={path} head={head} others={others} />
      <Failure error={error} />
      {other === null ? null : <Compared path={path} head={head} other={other} />}
      {other === null || other === path ? null : <AskedOtherwise path={path} other={other} />}
      <p role="status">
        {value === undefined ? "Looking" : `${value.total} ${value.total === 1 ? "answer" : "answers"} shown`}
        {head.firstAnswers === null ? "" : ` of the first ${head.firstAnswers}; the others are being read`}
      </p>
      <div class={call === null ? "answers" : "answers opened"}>
        {call === null ? null : <Transcript key={call} path={path} call={call} conditions={head.conditions} />}
        {value === undefined ? null : <Lines key={address} {...{ value, address, path, head }} />}
      </div>
    </section>
  );
}

interface LinesProps extends Pick<GridProps, "path" | "head"> {
  /** The first rows, and how many there are. */
  readonly value: Found;
  /** Where others come from. */
  readonly address: string;
}

/** However many answers there are, only those in sight, and as many above and below, are on the page. */
function Lines({ value, address, path, head }: LinesProps) {
  const { total } = value;
  const box = useRef<HTMLElement>(null);
  const lots = useVirtual(box, { count: Math.ceil(total / ROWS), size: ROWS * ROW_PX, overscan: 1 });
  const isBeside = query.value.get("with") !== null;
  if (total === 0) return <p>No answer fits these filters.</p>;
  const shown = lots.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  const columns = [
    ...["sample", ...(head.conditions.length > 1 ? ["condition"] : []), "right is", "answer"],
    ...[...(isBeside ? ["the other"] : []), "outcome"],
  ];
  return (
    <Scrolling name="Answers one by one" box={box}>
      <table aria-rowcount={total + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <Space rows={first * ROWS} />
        {shown.map(({ index }) => (
          <Lot key={index} {...{ index, value, address, path, head }} columns={columns.length} />
        ))}
        <Space rows={Math.max(0, total - (last + 1) * ROWS)} />
      </table>
    </Scrolling>
  );
}

/** The place of rows that are not on the page. */
function Space({ rows }: { readonly rows: number }) {
  return rows === 0 ? null : <tbody aria-hidden="true" style={{ display: "block", height: `${rows * ROW_PX}px` }} />;
}

function Lot({
  index,
  value,
  address,
  columns,
  ...shared
}: LinesProps & { readonly index: number; readonly columns: number }) {
  const from = index * ROWS;
  const { value: found = index === 0 ? value : undefined } = useLoaded<Found>(
    index === 0 ? null : `${address}&from=${from}`,
  );
  const isBeside = query.value.get("with") !== null;
  if (found === undefined) {
    const rows = Math.min(ROWS, value.total - from);
    return (
      <tbody>
        <tr style={{ height: `${rows * ROW_PX}px` }}>
          <td colSpan={columns}>…</td>
        </tr>
      </tbody>
    );
  }
  return (
    <tbody>
      {found.rows.map(({ row, other }, at) => (
        <Line key={row.call} {...shared} row={row} at={from + at} other={isBeside ? other : undefined} />
      ))}
    </tbody>
  );
}

interface LineProps extends Pick<GridProps, "path" | "head"> {
  readonly row: AnswerRow;
  /** Its place among all that are shown. */
  readonly at: number;
  /** `undefined` where no other run is shown, `null` where the other was not asked. */
  readonly other: AnswerRow | null | undefined;
}

function Line({ path, row, at, other, head }: LineProps) {
  const { call, sample, hasImage, state } = row;
  const isSelected = call === query.value.get("call");
  return (
    <tr class={isSelected ? "selected" : ""} aria-rowindex={at + 2}>
      <th scope="row">
        <a href={href(withQuery({ call }))} aria-current={isSelected ? "true" : undefined} title={sample}>
          {hasImage ? <SampleImage src={imageOf(path, sample)} alt="" /> : null}
          <span dir="auto">{sample}</span>
        </a>
      </th>
      {head.conditions.length > 1 ? (
        <Cell>{head.conditions.find(({ id }) => id === row.cell)?.short ?? row.cell}</Cell>
      ) : null}
      <Cell>{row.truth ?? "not given"}</Cell>
      <Cell>{answerText(row)}</Cell>
      {other === undefined ? null : <Cell>{other === null ? "not asked" : answerText(other)}</Cell>}
      <td class={CLASSES[state]}>{state}</td>
    </tr>
  );
}

/** Two lines of it at most, so that rows are of one height; the transcript has all. */
function Cell({ children }: { readonly children: string }) {
  return (
    <td title={children}>
      <span dir="auto">{children}</span>
    </td>
  );
}

const CLASSES: Readonly<Record<AnswerRow["state"], string>> = {
  ...{ right: "holds", wrong: "bad", partly: "soft", answered: "", abstained: "soft", failed: "bad" },
  "not shown": "soft",
};

function answerText({ answer, probability, said }: AnswerRow): string {
  if (answer === null) return said.length > 120 ? `${said.slice(0, 119)}…` : said;
  return probability === null ? answer : `${answer} ${Math.round(100 * probability)} %`;
}
