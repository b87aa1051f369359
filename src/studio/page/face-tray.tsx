import { useEffect, useState } from "preact/hooks";
import type { TrayFace } from "../category-routes.ts";
import type { FoundRun } from "../runs.ts";
import { go, href, query, withQuery } from "./address.ts";
import { faceDragged, type PlacedFace, targetProps } from "./drag-faces.ts";
import { Busy, Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";

interface Tray {
  readonly faces: readonly TrayFace[];
  readonly total: number;
  readonly isCut: boolean;
}

interface TrayProps {
  readonly selected: ReadonlyMap<string, PlacedFace>;
  readonly toggle: (face: PlacedFace) => void;
  readonly onDrop: (face: PlacedFace) => void;
}

/** A study of the folder, and its faces. */
export function FaceTray({ selected, toggle, onDrop }: TrayProps) {
  const { value: runs } = useLoaded<{ studies: readonly FoundRun[] }>("/studies");
  const studies = runs?.studies.filter(({ problem }) => problem === null).map(({ path }) => path) ?? [];
  const [skipped, skip] = useState(0);
  const study = query.value.get("study") ?? studies[skipped];
  // Where none was asked for, one that offers faces is begun with.
  const skipEmpty = () => {
    if (query.value.get("study") === null && skipped < studies.length - 1) skip(skipped + 1);
  };
  return (
    <section class="tray" aria-label="Faces to choose from" {...targetProps(onDrop)}>
      {runs !== undefined && studies.length === 0 ? (
        <p>
          Faces come from a study, and there is none in this folder yet:{" "}
          <a href={href("/study/")}>measure a folder of images</a>.
        </p>
      ) : null}
      {studies.length === 0 ? null : (
        <label>
          Faces of{" "}
          <select
            value={study}
            onChange={(event) => go(withQuery({ study: event.currentTarget.value, most: null }), "replace")}
          >
            {studies.map((path) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </label>
      )}
      {study === undefined ? null : <TrayFaces {...{ study, selected, toggle, skipEmpty }} />}
    </section>
  );
}

/** In the order of the study, or by how much they are like a category. */
function TrayFaces({
  study,
  selected,
  toggle,
  skipEmpty,
}: Omit<TrayProps, "onDrop"> & { readonly study: string; readonly skipEmpty: () => void }) {
  const [like, most] = [query.value.get("like"), query.value.get("most")];
  const words = new URLSearchParams({ study });
  if (like !== null) words.set("like", like);
  if (most !== null) words.set("most", most);
  const { value, error } = useLoaded<Tray>(`/category-faces?${words}`);
  const isEmpty = value?.total === 0;
  useEffect(() => {
    if (isEmpty) skipEmpty();
  }, [isEmpty, study]);
  if (value === undefined) return error === null ? <Busy>Reading the study</Busy> : <Failure error={error} />;
  if (value.total === 0) {
    return <p>No face counts in this study.</p>;
  }
  return (
    <>
      {like === null ? null : (
        <button type="button" onClick={() => go(withQuery({ like: null, most: null }), "replace")}>
          In the order of the study
        </button>
      )}
      <p class="soft">
        {facesInWords(value.total)}
        {value.isCut ? ", the first of the study" : ""}
        {like === null ? "" : `, those most like ${like} first`}. Drop a face here to take it out of its category.
      </p>
      <div class="thumbs">
        {value.faces.map((face) => (
          <TrayThumb key={face.key} {...{ study, face, toggle }} isSelected={selected.has(face.key)} />
        ))}
      </div>
      {value.faces.length < value.total ? (
        <button type="button" onClick={() => go(withQuery({ most: String(value.faces.length * 2) }), "replace")}>
          Show more
        </button>
      ) : null}
    </>
  );
}

function TrayThumb({
  study,
  face,
  isSelected,
  toggle,
}: {
  readonly study: string;
  readonly face: TrayFace;
  readonly isSelected: boolean;
  readonly toggle: (face: PlacedFace) => void;
}) {
  const { key, image, atS, faceId, box, label, held, like } = face;
  const placed = { key, study, image, atS, box };
  const side = [box.leftPx, box.topPx, box.widthPx, box.heightPx].map((each) => each.toFixed(1)).join();
  const words = { path: study, image, box: side, ...(atS === null ? {} : { at: atS.toFixed(3) }) };
  const portrait = href(`/api/study/portrait?${new URLSearchParams(words)}`);
  const name = `${image.split("/").at(-1)} ${atS === null ? "" : `${atS.toFixed(1)} s `}${faceId}`;
  return (
    <button
      type="button"
      class="thumb"
      draggable
      aria-pressed={isSelected}
      title={name}
      onDragStart={faceDragged(placed)}
      onClick={() => toggle(placed)}
    >
      <img src={portrait} alt="" loading="lazy" />
      <span>
        <span class="hidden">{name} </span>
        {label ?? "no expression read"}
      </span>
      {like === null ? null : (
        <span class="soft">
          like it {like.similarity.toFixed(2)}
          {like.contrast === null ? "" : `, others ${like.contrast.toFixed(2)}`}
        </span>
      )}
      {held.length === 0 ? null : <b>{held.join(", ")}</b>}
    </button>
  );
}

export function facesInWords(count: number): string {
  return `${count} ${count === 1 ? "face" : "faces"}`;
}
