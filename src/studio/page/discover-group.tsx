import { useState } from "preact/hooks";
import type { Proposal } from "../../domain/discovery.ts";
import { DiscoveredGroup } from "../../pages/discovery-figures.tsx";
import type { Thumbs } from "./discover-selection.tsx";
import { FaceThumbs } from "./face-thumbs.tsx";

interface GroupProps {
  readonly proposal: Proposal;
  readonly others: readonly Pick<Proposal, "id" | "name">[];
  readonly thumbs: Thumbs;
  readonly canChange: boolean;
  readonly canAccept: boolean;
  readonly change: <T>(doing: string, address: string, words: object, told: (answer: T) => string) => Promise<void>;
  readonly regroup: (faces: readonly string[], to: string | null) => void;
}

/** A group as the page of the command shows it, and what can be made of it. */
export function DiscoverGroup(props: GroupProps) {
  const { proposal, thumbs, canChange, canAccept } = props;
  return (
    <DiscoveredGroup
      proposal={proposal}
      faces={(ids, of) => <FaceThumbs faces={ids.map((id) => ({ id }))} all={of} {...thumbs} />}
    >
      {canChange ? <Changes {...props} /> : null}
      {canAccept ? <Accept {...props} /> : null}
    </DiscoveredGroup>
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
