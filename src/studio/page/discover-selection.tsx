import { useState } from "preact/hooks";
import type { Discovery as Found } from "../../domain/discovery.ts";
import { FaceThumbs } from "./face-thumbs.tsx";
import { Failure } from "./parts.tsx";

export type Thumbs = Omit<Parameters<typeof FaceThumbs>[0], "faces" | "all">;

interface SelectionProps {
  readonly proposals: Found["proposals"];
  readonly selected: ReadonlySet<string>;
  readonly thumbs: Thumbs;
  readonly regroup: (faces: readonly string[], to: string | null) => void;
  readonly state: { readonly told?: string; readonly refused?: string };
  readonly isFixed: boolean;
  readonly onClear: () => void;
}

/** What is selected, on the map or in a list, and where it may go. */
export function Selection({ proposals, selected, thumbs, regroup, state, isFixed, onClear }: SelectionProps) {
  const open = proposals.filter(({ status }) => status !== "accepted");
  const [chosen, setChosen] = useState<string | null>(null);
  const target = open.find(({ id }) => id === chosen) ?? open[0];
  const faces = [...selected];
  return (
    <section class="put below" aria-label="Selected faces">
      <p role="status">
        {state.told ?? ""} {faces.length === 0 ? "No face is selected." : `${faces.length} selected.`}
      </p>
      <Failure error={state.refused ?? null} />
      {faces.length === 0 ? null : (
        <>
          {isFixed ? null : (
            <div class="row">
              <button type="button" class="main" onClick={() => regroup(faces, "new")}>
                Make them a group
              </button>
              {target === undefined ? null : (
                <>
                  <label>
                    Group{" "}
                    <select
                      name="put-into"
                      value={target.id}
                      onChange={(event) => setChosen(event.currentTarget.value)}
                    >
                      {open.map(({ id, name }) => (
                        <option key={id} value={id}>
                          {id} {name}
                        </option>
                      ))}
                    </select>
                  </label>
                  <button type="button" onClick={() => regroup(faces, target.id)}>
                    Put them there
                  </button>
                </>
              )}
              <button type="button" onClick={() => regroup(faces, null)}>
                Into no group
              </button>
              <button type="button" class="quiet" onClick={onClear}>
                Select none
              </button>
            </div>
          )}
          <FaceThumbs faces={faces.map((id) => ({ id }))} all="selected" {...thumbs} />
        </>
      )}
    </section>
  );
}
