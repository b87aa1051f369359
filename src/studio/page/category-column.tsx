import type { CategoryReview, LeftOutFace } from "../../exemplars/review-categories.ts";
import type { BoardFace } from "../exemplars.ts";
import { go, href, withQuery } from "./address.ts";
import { faceDragged, type PlacedFace, type Target, targetProps } from "./drag-faces.ts";
import { Pile } from "./face-thumbs.tsx";

interface ColumnProps {
  readonly category: string;
  /** `undefined` before it has a face. */
  readonly review: CategoryReview | undefined;
  readonly faces: readonly BoardFace[];
  readonly selected: ReadonlyMap<string, PlacedFace>;
  readonly toggle: (face: PlacedFace) => void;
  readonly dropped: (to: Target) => (face: PlacedFace) => void;
}

/** One category: its examples, what it is not, and how well they hold together. */
export function CategoryColumn({ category, review, faces, dropped, ...shared }: ColumnProps) {
  const left = new Map(review?.examples.map((face, at) => [face.id, { face, at }]));
  const examples = faces.filter(({ role }) => role === "instance");
  // The doubtful first, since something is to be done about them; then the most typical.
  const ordered = [...examples].sort(
    (a, b) =>
      Number(isDoubtful(left.get(b.id)?.face)) - Number(isDoubtful(left.get(a.id)?.face)) ||
      (left.get(a.id)?.at ?? 1e9) - (left.get(b.id)?.at ?? 1e9),
  );
  const doubtOf = ({ id, isMeasured }: BoardFace) => (isMeasured ? doubtInWords(left.get(id)?.face) : "not measured");
  const alarms = new Set(review?.falseAlarms.flatMap(({ taken }) => taken));
  const counters = faces.filter(({ role }) => role === "counter");
  return (
    <section class="category" aria-label={category}>
      <h2 dir="auto">{category}</h2>
      {review?.definition ? <p dir="auto">{review.definition}</p> : null}
      <div class="pile" {...targetProps(dropped({ category, role: "instance" }))}>
        <h3>
          {examples.length} {examples.length === 1 ? "example" : "examples"}
        </h3>
        <Pile
          faces={ordered}
          all={`${category}:is`}
          thumbOf={(face) => <ExemplarThumb key={face.id} face={face} mark={doubtOf(face)} {...shared} />}
        />
        {examples.length === 0 ? <p class="soft">Drag faces here.</p> : null}
      </div>
      <div class="pile not" {...targetProps(dropped({ category, role: "counter" }))}>
        <h3>Not this</h3>
        <Pile
          faces={counters}
          all={`${category}:not`}
          thumbOf={(face) => (
            <ExemplarThumb key={face.id} face={face} mark={alarms.has(face.id) ? "taken for it" : null} {...shared} />
          )}
        />
        {counters.length === 0 ? <p class="soft">Drag faces here that are easily taken for it.</p> : null}
      </div>
      {review === undefined ? null : <Review review={review} />}
      {review === undefined || review.signature.length === 0 ? null : (
        <button type="button" onClick={() => go(withQuery({ like: category, most: null }), "replace")}>
          Show the faces of the study that are most like it
        </button>
      )}
    </section>
  );
}

function isDoubtful(face: LeftOutFace | undefined): boolean {
  return face !== undefined && face.similarity !== null && face.contrast !== null && face.contrast >= face.similarity;
}

function doubtInWords(face: LeftOutFace | undefined): string | null {
  if (!isDoubtful(face)) return null;
  return `doubtful: nearer to ${face?.rival ?? "what is not this"}`;
}

interface ThumbProps extends Pick<ColumnProps, "selected" | "toggle"> {
  readonly face: BoardFace;
  readonly mark: string | null;
}

function ExemplarThumb({ face, selected, toggle, mark }: ThumbProps) {
  const placed = { key: face.id, id: face.id };
  return (
    <button
      type="button"
      class="thumb"
      draggable
      aria-pressed={selected.has(face.id)}
      title={face.why === null ? face.image : `${face.image}: ${face.why}`}
      onDragStart={faceDragged(placed)}
      onClick={() => toggle(placed)}
    >
      <img src={href(`/api/exemplar-view?id=${face.id}`)} alt="" loading="lazy" />
      <span class={mark === null ? "soft name" : "bad"}>
        {mark === null ? "" : <span class="hidden">{face.image} </span>}
        {mark ?? face.image}
      </span>
    </button>
  );
}

function Review({ review: { advice, hits, tried, falseAlarms, signature } }: { readonly review: CategoryReview }) {
  const alarms = falseAlarms.filter(({ tried: all }) => all > 0);
  return (
    <>
      <ul class="advice">
        {advice.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <details>
        <summary>
          {tried === 0 ? "What the examples have in common" : `${hits} of ${tried} found again when left out`}
        </summary>
        {tried === 0 ? (
          <p class="soft">
            Leaving one face out after another tells something once there are other faces to tell it from.
          </p>
        ) : (
          <p>
            Each face is left out and compared with the rest, as <code>find</code> compares a new one: {hits} of {tried}{" "}
            examples are nearer to the other examples than to anything else.
          </p>
        )}
        {alarms.length === 0 ? null : (
          <table>
            <thead>
              <tr>
                <th scope="col">Faces that are not it</th>
                <th scope="col">taken for it</th>
              </tr>
            </thead>
            <tbody>
              {alarms.map(({ of, taken, tried: all }) => (
                <tr key={of}>
                  <td dir="auto">{of ?? "not this"}</td>
                  <td>
                    {taken.length} of {all}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {signature.length === 0 ? null : (
          <>
            <h3>Mean action units</h3>
            <dl class="facts">
              {signature.map(({ unit, mean, elsewhere }) => (
                <div key={unit}>
                  <dt>{unit}</dt>
                  <dd>
                    <meter min={0} max={1} value={mean} aria-hidden="true" /> {mean.toFixed(2)}
                    <span class="soft">{elsewhere === null ? "" : `, others ${elsewhere.toFixed(2)}`}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </details>
    </>
  );
}
