import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { unitName } from "../../pages/study-figures.tsx";
import { LABEL, type StudyRows } from "../../study/study-rows.ts";
import { go, query, withQuery } from "./address.ts";
import { faceOfRow, highestUnits, portraitOf, reasonOf, type StudyAbout, whoOfRow } from "./study-data.ts";
import { useVirtual } from "./use-virtual.ts";

const TILE_PX = { width: 160, height: 210 };
const ROW_PX = 34;
const OVERSCAN = 8;

interface ListProps {
  readonly study: string;
  readonly rows: StudyRows;
  readonly shown: Uint32Array;
  readonly reasons: ReadonlyMap<string, string>;
  readonly people: StudyAbout["people"];
  /** The face that is selected, as `faceOfRow` calls it. */
  readonly selected: string | null;
  readonly view: "grid" | "table";
  /** Columns of numbers that the table shows. */
  readonly columns: readonly string[];
}

/** The faces as a contact sheet or as a table: however many there are, only those in sight are on the page. */
export function FaceList(props: ListProps) {
  const { rows, shown, selected, view } = props;
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidth] = useState(0);
  const across = view === "table" ? 1 : Math.max(2, Math.floor(widthPx / TILE_PX.width));
  const lines = useVirtual(box, {
    count: Math.ceil(shown.length / across),
    overscan: OVERSCAN,
    size: view === "table" ? ROW_PX : TILE_PX.height,
  });
  const at = selected === null ? -1 : shown.findIndex((row) => faceOfRow(rows, row) === selected);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (at >= 0) lines.scrollToIndex(Math.floor(at / across), { align: "auto" });
  }, [at, across, view]);

  const select = (to: number) => {
    const row = shown[Math.max(0, Math.min(shown.length - 1, to))];
    if (row !== undefined) go(withQuery({ face: faceOfRow(rows, row) }), "replace");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page =
      across * Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / (view === "table" ? ROW_PX : TILE_PX.height)));
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, PageDown: page, PageUp: -page },
      ...{ Home: -at, End: shown.length - 1 - at },
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      select(at < 0 ? 0 : at + step);
    } else if (event.key === "x") {
      event.preventDefault();
      document.querySelector<HTMLElement>("[name=reason], [name=count-again]")?.focus();
    }
  };

  const items = lines.getVirtualItems();
  const Item = view === "table" ? TableRow : Tile;
  return (
    <div class={`faces ${view}`}>
      {view === "table" ? <TableHead columns={props.columns} /> : null}
      <div
        ref={box}
        class="lines"
        role="listbox"
        tabIndex={0}
        aria-label={`${shown.length} faces: arrow keys select, x goes to the reason for excluding`}
        aria-activedescendant={at < 0 ? undefined : `face-${at}`}
        onKeyDown={onKeyDown}
        onClick={({ target }) => {
          const option = (target as Element).closest("[role=option]");
          if (option !== null) select(Number(option.getAttribute("aria-posinset")) - 1);
          box.current?.focus({ preventScroll: true });
        }}
      >
        <div role="presentation" class="space" style={{ height: `${lines.getTotalSize()}px` }}>
          {items.map(({ index, start }) => (
            <div key={index} role="presentation" class="line" style={{ transform: `translateY(${start}px)` }}>
              {Array.from({ length: Math.min(across, shown.length - index * across) }, (_, k) => {
                const place = index * across + k;
                return (
                  <div
                    key={place}
                    id={`face-${place}`}
                    role="option"
                    aria-selected={place === at}
                    aria-setsize={shown.length}
                    aria-posinset={place + 1}
                    class={optionClass(props, place, place === at)}
                    style={view === "grid" ? { width: `${100 / across}%` } : {}}
                    tabIndex={-1}
                  >
                    <Item {...props} row={shown[place] as number} />
                  </div>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function optionClass({ rows, shown, reasons }: ListProps, place: number, isSelected: boolean): string {
  const isExcluded = reasonOf(reasons, faceOfRow(rows, shown[place] as number)) !== undefined;
  return `face${isSelected ? " selected" : ""}${isExcluded ? " excluded" : ""}`;
}

interface ItemProps extends ListProps {
  readonly row: number;
}

function Tile({ study, rows, row, reasons, people }: ItemProps) {
  const [hasFailed, setFailed] = useState<number | null>(null);
  const [place, reason] = [portraitOf(study, rows, row), reasonOf(reasons, faceOfRow(rows, row))];
  const [name, face, label] = [imageName(rows, row), whoOfRow(rows, row, people), rows.text(LABEL, row)];
  const quality = rows.number("quality", row);
  return (
    <>
      {place === null || hasFailed === row ? (
        <span class="nothing">{face === "" ? "no face" : "no portrait"}</span>
      ) : (
        <img key={place} src={place} alt="" onError={() => setFailed(row)} />
      )}
      <b>{reason === undefined ? (face === "" ? "no face" : label || "no expression read") : `excluded: ${reason}`}</b>
      <span class="units">
        {highestUnits(rows, row, 3)
          .map(({ unit, value }) => `${unitName(unit)} ${value.toFixed(2)}`)
          .join("  ")}
      </span>
      <span class="soft">
        {name} <bdi>{face}</bdi>
        {quality < 0.5 ? ` · quality ${quality.toFixed(2)}` : ""}
      </span>
    </>
  );
}

function TableRow({ rows, row, columns, reasons, people }: ItemProps) {
  const reason = reasonOf(reasons, faceOfRow(rows, row));
  return (
    <>
      <span class="wide">{imageName(rows, row)}</span>
      <span>
        <bdi>{whoOfRow(rows, row, people) || "no face"}</bdi>
      </span>
      <span>{rows.text(LABEL, row)}</span>
      {columns.map((name) => (
        <span key={name} class="n">
          {shortNumber(rows.number(name, row))}
        </span>
      ))}
      <span class="wide">{reason === undefined ? "" : reason}</span>
    </>
  );
}

/** Its buttons sort; what sorts stands in the address. */
function TableHead({ columns }: Pick<ListProps, "columns">) {
  const [by, down] = [query.value.get("sort"), query.value.has("down")];
  const named = [
    ["path", "image"],
    ["face_id", "face"],
    [LABEL, "label"],
    ...columns.map((name) => [name, columnName(name)]),
  ];
  return (
    <div class="line head">
      {named.map(([column = "", name = ""]) => (
        <button
          key={column}
          type="button"
          class={column === "path" ? "wide" : ""}
          aria-pressed={by === column}
          onClick={() => go(withQuery({ sort: column, down: by === column && !down ? "" : null }), "replace")}
        >
          {name}
          <span aria-hidden="true">{by === column ? (down ? " ↓" : " ↑") : ""}</span>
          <span class="hidden">{by === column ? (down ? ", sorted downward" : ", sorted upward") : ", sort"}</span>
        </button>
      ))}
      <span class="wide">excluded</span>
    </div>
  );
}

export function columnName(column: string): string {
  return column.includes("_both") ? unitName(column) : column.replaceAll("_", " ");
}

export function imageName(rows: StudyRows, row: number): string {
  const name = rows.text("path", row).split("/").at(-1) ?? "";
  const time = rows.number("timestamp_s", row);
  return Number.isNaN(time) ? name : `${name} ${time.toFixed(1)} s`;
}

function shortNumber(value: number): string {
  return Number.isNaN(value) ? "–" : String(Number(value.toFixed(2)));
}
