import type { ComponentChildren } from "preact";
import { go, query, withQuery } from "./address.ts";

/** As many as are looked at before somebody asks for all. */
const SHOWN = 24;

interface PileProps<Face> {
  readonly faces: readonly Face[];
  /** What the address says when all of them are shown. */
  readonly all: string;
  readonly thumbOf: (face: Face) => ComponentChildren;
}

/** The first of many faces, or all of them. */
export function Pile<Face>({ faces, all, thumbOf }: PileProps<Face>) {
  const isWhole = query.value.get("all") === all;
  return (
    <>
      <div class="thumbs">{(isWhole ? faces : faces.slice(0, SHOWN)).map(thumbOf)}</div>
      {faces.length > SHOWN ? (
        <button type="button" class="quiet" onClick={() => go(withQuery({ all: isWhole ? null : all }), "replace")}>
          {isWhole ? "Show fewer" : `Show all ${faces.length}`}
        </button>
      ) : null}
    </>
  );
}

interface ThumbsProps {
  readonly faces: readonly { readonly id: string; readonly mark?: string; readonly title?: string }[];
  readonly all: string;
  readonly selected: ReadonlySet<string>;
  readonly toggle: (face: string) => void;
  /** `null` where there are no images. */
  readonly portraitOf: ((face: string) => string) | null;
}

/** Faces that can be selected, with a word to each. */
export function FaceThumbs({ faces, all, selected, toggle, portraitOf }: ThumbsProps) {
  return (
    <Pile
      faces={faces}
      all={all}
      thumbOf={({ id, mark, title }) => (
        <button
          key={id}
          type="button"
          class="thumb"
          aria-pressed={selected.has(id)}
          title={title === undefined ? id : `${id}: ${title}`}
          onClick={() => toggle(id)}
        >
          {portraitOf === null ? null : <img src={portraitOf(id)} alt="" loading="lazy" />}
          <span class="soft name">{id.split("/").at(-1) ?? id}</span>
          {mark === undefined ? null : <span>{mark}</span>}
        </button>
      )}
    />
  );
}
