import { useState } from "preact/hooks";
import { CategoryForm, type FaceLabel } from "./category-form.tsx";
import type { Person } from "./clip-data.ts";

interface PersonProps {
  readonly person: Person;
  readonly others: readonly string[];
  readonly onName: (name: string) => void;
  /** At the frame that is shown. */
  readonly onSplit: () => void;
  readonly onExample: (label: FaceLabel) => Promise<unknown>;
}

/** One person of the clip: named, taken for somebody who is there, or parted in two. */
export function ClipPerson({ person, others, onName, onSplit, onExample }: PersonProps) {
  const [text, setText] = useState("");
  const name = (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() !== "") onName(text.trim());
    setText("");
  };
  return (
    <div class="person">
      <h3>
        <bdi>{person.name}</bdi>{" "}
        <span class="soft">
          {person.frames} {person.frames === 1 ? "frame" : "frames"}
          {person.tracks.length > 1 || person.tracks[0] !== person.name ? `, ${person.tracks.join(" and ")}` : ""}
        </span>
      </h3>
      <form class="row" onSubmit={name}>
        <label>
          Name{" "}
          <input
            name="person"
            maxLength={80}
            dir="auto"
            aria-label={`Name of ${person.name}`}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Name</button>
        {others.length === 0 ? null : (
          <label>
            Same as{" "}
            <select
              name="merge"
              value=""
              aria-label={`${person.name} is the same as`}
              onChange={(event) => {
                if (event.currentTarget.value !== "") onName(event.currentTarget.value);
              }}
            >
              <option value="">choose</option>
              {others.map((other) => (
                <option key={other}>{other}</option>
              ))}
            </select>
          </label>
        )}
        <button type="button" onClick={onSplit}>
          Somebody else from here on
        </button>
      </form>
      <CategoryForm name={person.name} add={onExample} />
    </div>
  );
}
