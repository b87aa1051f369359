import { useState } from "preact/hooks";
import type { CategoryBoard } from "../exemplars.ts";
import { go, href, query, withQuery } from "./address.ts";
import { CategoryColumn } from "./category-column.tsx";
import type { PlacedFace, Target } from "./drag-faces.ts";
import { ExemplarsForm } from "./exemplars-form.tsx";
import { FaceTray, facesInWords } from "./face-tray.tsx";
import { Busy, Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

/** Columns that faces are put into, and a study that they come from. */
export function CategoriesPage() {
  const { value, error } = useLoaded<CategoryBoard>("/category-board");
  const [selected, setSelected] = useState<ReadonlyMap<string, PlacedFace>>(new Map());
  const [told, setTold] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const started = query.value.get("new");
  const names = value?.reviews.map(({ category }) => category) ?? [];
  const columns = started === null || names.includes(started) ? names : [...names, started];

  const toggle = (face: PlacedFace) => {
    const others = new Map(selected);
    if (!others.delete(face.key)) others.set(face.key, face);
    setSelected(others);
  };

  async function put(faces: readonly PlacedFace[], to: Target | null): Promise<void> {
    if (faces.length === 0) return;
    setRefused(null);
    setTold(faces.length === 1 ? "Putting the face there" : `Putting ${faces.length} faces there`);
    try {
      setTold(await putInto(faces, to));
      setSelected(new Map());
    } catch (problem) {
      setTold(null);
      setRefused((problem as Error).message);
    }
  }

  /** All that are selected go with the one that is dragged, where it is one of them. */
  const dropped = (to: Target | null) => (face: PlacedFace) =>
    void put(selected.has(face.key) ? [...selected.values()] : [face], to);

  return (
    <>
      <h1>Categories</h1>
      <p>
        A category is what its examples have in common. Drag faces into a column, or select them and say where they go;
        what is easily taken for it and is not goes under “not this”.
      </p>
      <Failure error={refused ?? error} />
      {value === undefined && error === null ? <Busy>Looking at the categories</Busy> : null}
      <div class="board">
        <FaceTray {...{ selected, toggle, onDrop: dropped(null) }} />
        <div>
          <PutForm {...{ columns, selected, put, told }} onClear={() => setSelected(new Map())} />
          {value !== undefined && columns.length === 0 ? (
            <p>There is no category yet: name one below, then drag faces into it.</p>
          ) : null}
          <div class="category-columns">
            {columns.map((category) => (
              <CategoryColumn
                key={category}
                category={category}
                review={value?.reviews.find((each) => each.category === category)}
                faces={value?.faces.filter((each) => each.category === category) ?? []}
                {...{ selected, toggle, dropped }}
              />
            ))}
          </div>
          <NewCategory names={columns} />
          <ExemplarsForm names={names} />
          <Commands names={names} />
        </div>
      </div>
    </>
  );
}

/** Faces of a study are added, those of the store moved; `null` takes out of the store. @returns what was done. */
async function putInto(faces: readonly PlacedFace[], to: Target | null): Promise<string> {
  const [held, fresh] = [
    faces.flatMap((face) => ("id" in face ? [face.id] : [])),
    faces.filter((face) => "study" in face),
  ];
  if (to === null) {
    if (held.length > 0) await post("/exemplars/remove", { ids: held });
    return held.length === 0 ? "" : `${facesInWords(held.length)} taken out.`;
  }
  if (held.length > 0) await post("/exemplars/move", { ids: held, ...to });
  const [first] = fresh;
  let refused: readonly string[] = [];
  if (first !== undefined) {
    const definition = query.value.get("new") === to.category ? query.value.get("definition") : null;
    const sent = fresh.map(({ image, atS, box }) => ({ image, atS, box }));
    ({ refused } = await post<{ refused: readonly string[] }>("/category-faces", {
      ...{ study: first.study, faces: sent, definition: definition || null, ...to },
    }));
  }
  const where = to.role === "instance" ? `in ${to.category}` : `under what ${to.category} is not`;
  const done = `${facesInWords(held.length + fresh.length - refused.length)} now ${where}.`;
  return refused.length === 0
    ? done
    : `${done} ${facesInWords(refused.length)} left out: ${refused.slice(0, 3).join("; ")}.`;
}

interface PutProps {
  readonly columns: readonly string[];
  readonly selected: ReadonlyMap<string, PlacedFace>;
  readonly put: (faces: readonly PlacedFace[], to: Target | null) => Promise<void>;
  readonly told: string | null;
  readonly onClear: () => void;
}

/** The same as dragging, for the keyboard and for many at once. */
function PutForm({ columns, selected, put, told, onClear }: PutProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const category = chosen !== null && columns.includes(chosen) ? chosen : (columns[0] ?? null);
  const faces = [...selected.values()];
  const isHeld = faces.some((face) => "id" in face);
  const to = (role: Target["role"]) => () => void (category === null ? null : put(faces, { category, role }));
  return (
    <section class="put" aria-label="Selected faces">
      <p role="status">
        {told ?? (faces.length === 0 ? "No face is selected." : `${facesInWords(faces.length)} selected.`)}
      </p>
      {faces.length === 0 || category === null ? null : (
        <div class="row">
          <label>
            Category{" "}
            <select name="put-into" value={category} onChange={(event) => setChosen(event.currentTarget.value)}>
              {columns.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <button type="button" class="main" onClick={to("instance")}>
            It is this
          </button>
          <button type="button" onClick={to("counter")}>
            Not this
          </button>
          {isHeld ? (
            <button type="button" onClick={() => void put(faces, null)}>
              Take out
            </button>
          ) : null}
          <button type="button" class="quiet" onClick={onClear}>
            Select none
          </button>
        </div>
      )}
    </section>
  );
}

function NewCategory({ names }: { readonly names: readonly string[] }) {
  const [error, setError] = useState<string | null>(null);
  const begin = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const words = new FormData(form);
    const name = String(words.get("category") ?? "").trim();
    const same = names.find((each) => each.toLowerCase() === name.toLowerCase());
    if (same !== undefined) return setError(`There is a category ${same} already: put the faces into it.`);
    setError(null);
    go(withQuery({ new: name, definition: String(words.get("definition") ?? "").trim() || null }), "replace");
    form.reset();
  };
  return (
    <form class="new-category" onSubmit={begin}>
      <h2>New category</h2>
      <div class="row">
        <label class="field">
          Its name
          <input name="category" required maxLength={80} dir="auto" />
        </label>
        <label class="field">
          What it means (optional)
          <input name="definition" maxLength={1000} dir="auto" />
        </label>
        <button type="submit">Make a column</button>
      </div>
      <Failure error={error} />
    </form>
  );
}

function Commands({ names }: { readonly names: readonly string[] }) {
  const [first] = names;
  if (first === undefined) return null;
  const quoted = (name: string) => (/^[\w-]+$/.test(name) ? name : `"${name.replace(/["\\$`]/g, "\\$&")}"`);
  return (
    <p class="soft">
      The commands use the same categories:{" "}
      <code>kuleshov ask IMAGE --categories {names.slice(0, 5).map(quoted).join(" ")}</code> judges by them,{" "}
      <code>kuleshov find {quoted(first)} IMAGES</code> looks for one, as the page{" "}
      <a href={href(`/find/?${new URLSearchParams({ category: first })}`)}>Find</a> does.
    </p>
  );
}
