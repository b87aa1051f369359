import { useState } from "preact/hooks";
import type { Proposal } from "../../domain/discovery.ts";
import { GroupSignature, GroupTests } from "../../pages/discovery-figures.tsx";
import { colourOf } from "./discover-map.tsx";
import type { Thumbs } from "./discover-selection.tsx";
import { FaceThumbs } from "./face-thumbs.tsx";
import { Scrolling } from "./parts.tsx";

interface GroupProps {
  readonly proposal: Proposal;
  readonly status: string;
  readonly others: readonly Pick<Proposal, "id" | "name">[];
  readonly thumbs: Thumbs;
  readonly canChange: boolean;
  readonly canAccept: boolean;
  readonly change: <T>(doing: string, address: string, words: object, told: (answer: T) => string) => Promise<void>;
  readonly regroup: (faces: readonly string[], to: string | null) => void;
}

/** One group: what it is in plain words, its faces, and what can be made of it. */
export function DiscoverGroup(props: GroupProps) {
  const { proposal, status, thumbs, canChange, canAccept } = props;
  const { id, name, verdict, size, definition, contrast, medoid, members, boundary, counter } = proposal;
  const typical = [medoid, ...members.filter((member) => member !== medoid)].map((face) => ({ id: face }));
  const rows = [
    ["Hardly in it", boundary],
    ["Nearly in it", counter],
  ] as const;
  return (
    <section class="group" id={id} aria-label={`${id} ${name}`}>
      <h2>
        <svg width="14" height="14" aria-hidden="true">
          <circle cx="7" cy="7" r="7" class={`dot g${colourOf(id)}`} />
        </svg>{" "}
        {id} · <bdi>{name}</bdi> <span class="status">{status}</span>
      </h2>
      <p>
        <b>{verdict}</b> {size} {size === 1 ? "face" : "faces"}.
      </p>
      <p>
        {definition} {contrast}
      </p>
      <FaceThumbs faces={typical} all={id} {...thumbs} />
      {canChange ? <Changes {...props} /> : null}
      {canAccept ? <Accept {...props} /> : null}
      <details>
        <summary>Tests, action units, and faces at its edge</summary>
        {rows.map(([title, faces]) =>
          faces.length === 0 ? null : (
            <div key={title}>
              <h3>{title}</h3>
              <FaceThumbs faces={faces.map((face) => ({ id: face }))} all={`${id} ${title}`} {...thumbs} />
            </div>
          ),
        )}
        <Scrolling name="Tests">
          <GroupTests tests={proposal.tests} />
        </Scrolling>
        <GroupSignature signature={proposal.signature.slice(0, 8)} />
      </details>
    </section>
  );
}

function Changes({ proposal: { id, members }, others, change, regroup }: GroupProps) {
  const rename = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name") ?? "");
    void change(
      "Naming the group",
      "/discovery/name",
      { group: id, name },
      () => `${id} is called ${name.trim()} now.`,
    );
    form.reset();
  };
  return (
    <div class="row">
      <form class="row" onSubmit={rename}>
        <label>
          Name <input name="name" required maxLength={80} dir="auto" aria-label={`Name of ${id}`} />
        </label>
        <button type="submit">Name it</button>
      </form>
      {others.length === 0 ? null : (
        <label>
          Merge with{" "}
          <select
            name="merge"
            value=""
            aria-label={`Merge ${id} with`}
            onChange={(event) => {
              if (event.currentTarget.value !== "") regroup(members, event.currentTarget.value);
            }}
          >
            <option value="">choose a group</option>
            {others.map((other) => (
              <option key={other.id} value={other.id}>
                {other.id} {other.name}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** Makes it a category; what no rater has seen only with a word on it. */
function Accept({ proposal: { id, name, status }, change }: GroupProps) {
  const [isSure, setSure] = useState(false);
  if (status !== "confirmed" && status !== "survived") return null;
  const needsWord = status === "survived";
  const accept = () =>
    void change<{ category: string; added: number; refused: readonly string[] }>(
      "Making it a category",
      "/discovery/accept",
      { group: id, name: "", ...(needsWord ? { unconfirmed: true } : {}) },
      ({ category, added, refused }) =>
        `“${category}” is a category with ${added} faces.${refused.length === 0 ? "" : ` Left out: ${refused.slice(0, 3).join("; ")}.`}`,
    );
  return (
    <p class="row">
      {needsWord ? (
        <label>
          <input type="checkbox" name="unconfirmed" checked={isSure} onChange={() => setSure(!isSure)} />
          Nobody has rated it; take it nevertheless
        </label>
      ) : null}
      <button type="button" class="main" disabled={needsWord && !isSure} onClick={accept}>
        Make {name} a category
      </button>
    </p>
  );
}
