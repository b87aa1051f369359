import type { ComponentChildren, Ref } from "preact";
import type { ScoreTable } from "../domain/score-table.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import { ReliabilityDiagram } from "./charts.tsx";
import { ConfusionTable } from "./confusion-table.tsx";
import { number } from "./markup.ts";

interface ScrollingProps {
  readonly name: string;
  readonly class?: string;
  readonly box?: Ref<HTMLElement>;
  readonly children: ComponentChildren;
}

/** What may be wider than the page. It has the focus, so that it is scrolled by keyboard too. */
export function Scrolling({ name, class: more = "", box, children }: ScrollingProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={box ?? null} class={`scroll ${more}`.trim()} aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}

interface TableProps {
  readonly name: string;
  /** With `# ` before the names of those that hold numbers; `interval` holds intervals. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** Figures in rows. */
export function FigureTable({ name, columns, rows }: TableProps) {
  const classes = columns.map((column) => {
    if (column.startsWith("# ")) return "n";
    return column.includes("interval") ? "interval" : undefined;
  });
  return (
    <Scrolling name={name}>
      <table>
        <thead>
          <tr>
            {columns.map((column, at) =>
              column === "" ? (
                <td key={column} />
              ) : (
                <th key={column} scope="col" class={classes[at] === "n" ? "n" : undefined}>
                  {column.replace("# ", "")}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, i) => (
                <td key={columns[i]} class={classes[i]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

/** `[0.410, 0.630]`, or that there is none. */
export function intervalText({ low, high }: Pick<Estimate, "low" | "high">, otherwise = "no interval"): string {
  return low === null || high === null ? otherwise : `[${number(low)}, ${number(high)}]`;
}

/** A table or diagram beside the numbers, of whatever kind it is, below its title. */
export function TitledTable({ table }: { readonly table: ScoreTable }) {
  return (
    <>
      <h3>{table.title}</h3>
      {table.type === "table" ? (
        <FigureTable
          name={table.title}
          columns={table.headers.map((header, at) =>
            table.rows.some((row) => typeof row[at] === "string") ? header : `# ${header}`,
          )}
          rows={table.rows.map((row) => row.map(shownCell))}
        />
      ) : (
        <Scrolling name={table.title}>
          {table.type === "confusion" ? <ConfusionTable table={table} /> : <ReliabilityDiagram table={table} />}
        </Scrolling>
      )}
    </>
  );
}

function shownCell(cell: string | number | null): ComponentChildren {
  return typeof cell === "string" || (cell !== null && Number.isInteger(cell)) ? cell : number(cell);
}
