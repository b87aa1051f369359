import { useState } from "preact/hooks";
import type { Discovery as Found } from "../../domain/discovery.ts";
import { HowItWasMade, inOrder } from "../../pages/discovery-figures.tsx";
import { isUnderWay } from "../jobs.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { go, href, query, withQuery } from "./address.ts";
import { DiscoverGroup } from "./discover-group.tsx";
import { DiscoverMap } from "./discover-map.tsx";
import { Selection, type Thumbs } from "./discover-selection.tsx";
import { FaceThumbs } from "./face-thumbs.tsx";
import { Busy, Failure, JobList, RunList } from "./parts.tsx";
import { jobAt, post, useLoaded } from "./server.ts";
import { useStart } from "./start.ts";

/** One discovery, or all of them and a form for the next where the address names none. */
export function DiscoverPage({ rest }: { readonly rest: string }) {
  return rest === "" ? <AllDiscoveries /> : <Discovery key={rest} path={rest} />;
}

interface Discoveries {
  readonly discoveries: readonly FoundRun[];
  readonly studies: readonly string[];
}

function AllDiscoveries() {
  const { value, error } = useLoaded<Discoveries>("/discoveries");
  const { refused, start } = useStart();
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    void start("/discoveries", { study: new FormData(event.currentTarget as HTMLFormElement).get("study") });
  }
  return (
    <>
      <h1>Discover</h1>
      <p>
        Looks among the faces of a study for groups that no known category explains, tests each against chance, and says
        of the others which category they are. What a group means is for people to say.
      </p>
      <Failure error={refused ?? error} />
      {value === undefined && error === null ? <Busy>Looking for studies</Busy> : null}
      {value?.studies.length === 0 ? (
        <p>
          There is no finished study in this folder yet: <a href={href("/study/")}>measure a folder of images</a>, of a
          few hundred faces best.
        </p>
      ) : null}
      {value === undefined || value.studies.length === 0 ? null : (
        <form class="row" onSubmit={begin}>
          <label>
            Faces of{" "}
            <select name="study">
              {value.studies.map((path) => (
                <option key={path}>{path}</option>
              ))}
            </select>
          </label>
          <button type="submit" class="main">
            Look for groups
          </button>
        </form>
      )}
      {value === undefined || value.discoveries.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.discoveries} page="discover" />
        </>
      )}
    </>
  );
}

interface DiscoveryView extends Pick<Found, "proposals" | "outside" | "map" | "notes" | "provenance"> {
  readonly hasImages: boolean;
  /** Given so far, and how many faces are to be rated. */
  readonly ratings: number;
  readonly toRate: number;
  /** Why it cannot be changed here. */
  readonly fixed: string | null;
}

function Discovery({ path }: { readonly path: string }) {
  const { value, error } = useLoaded<DiscoveryView>(`/discovery?path=${encodeURIComponent(path)}`);
  const job = jobAt(pageAddress("discover", path));
  const isRunning = job !== undefined && isUnderWay(job);
  return (
    <>
      <h1>{path.split("/").at(-1)}</h1>
      {job === undefined || job.state === "done" ? null : <JobList jobs={[job]} />}
      <Failure error={isRunning ? null : error} />
      {value === undefined && error === null ? <Busy>Reading the discovery</Busy> : null}
      {value === undefined ? null : <Groups {...{ path, value }} />}
    </>
  );
}

function Groups({ path, value }: { readonly path: string; readonly value: DiscoveryView }) {
  const { proposals, outside, map, notes, hasImages, ratings, toRate, fixed } = value;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [state, setState] = useState<{ readonly told?: string; readonly refused?: string }>({});
  const portraitOf = (face: string) => href(`/api/discovery/portrait?${new URLSearchParams({ path, face })}`);
  const toggle = (face: string) => {
    const others = new Set(selected);
    if (!others.delete(face)) others.add(face);
    setSelected(others);
  };
  async function change<T>(doing: string, address: string, words: object, told: (answer: T) => string): Promise<void> {
    setState({ told: doing });
    await post<T>(address, { discovery: path, ...words }).then(
      (answer) => {
        setState({ told: told(answer) });
        setSelected(new Set());
      },
      (problem: Error) => setState({ refused: problem.message }),
    );
  }
  const regroup = (faces: readonly string[], to: string | null) =>
    void change(
      "Describing the groups anew",
      "/discovery/group",
      { faces, to },
      () => "The groups are as you put them.",
    );
  const thumbs = { selected, toggle, portraitOf: hasImages ? portraitOf : null };
  const hasThumbs = hasImages && query.value.has("thumbnails");
  return (
    <>
      <p>
        {map.points.length} faces in {proposals.length} {proposals.length === 1 ? "group" : "groups"}, {outside.length}{" "}
        in none. A group is a set of faces that look alike to the toolbox; it says nothing about what anybody felt.
      </p>
      {notes.map((note) => (
        <p key={note} class="told">
          {note}
        </p>
      ))}
      {fixed === null ? null : <p class="told">{fixed}</p>}
      {toRate === 0 ? null : (
        <p>
          <a href={href(pageAddress("rate", path))}>Rate {toRate} faces blind</a>
          {ratings === 0 ? "" : `; ${ratings} ratings so far. Changing a group draws other faces to be rated.`}
        </p>
      )}
      <div class="discover">
        {hasImages ? (
          <label>
            <input
              type="checkbox"
              name="thumbnails"
              checked={hasThumbs}
              onChange={() => go(withQuery({ thumbnails: hasThumbs ? null : "" }), "replace")}
            />
            Thumbnails on the map
          </label>
        ) : null}
        <DiscoverMap
          {...{ map, selected, portraitOf, hasThumbs }}
          onSelect={(faces, add) => setSelected(new Set([...(add ? selected : []), ...faces]))}
        />
      </div>
      {inOrder(proposals).map((proposal) => (
        <DiscoverGroup
          key={proposal.id}
          {...{ proposal, thumbs, change, regroup }}
          others={proposals.filter(({ id, status }) => id !== proposal.id && status !== "accepted")}
          canChange={fixed === null && proposal.status !== "accepted"}
          canAccept={fixed === null && hasImages}
        />
      ))}
      <Outside {...{ outside, thumbs }} />
      <details>
        <summary>How this was made</summary>
        <HowItWasMade provenance={value.provenance} />
      </details>
      <Selection
        {...{ proposals, selected, thumbs, regroup, state }}
        isFixed={fixed !== null}
        onClear={() => setSelected(new Set())}
      />
    </>
  );
}

/** Every face that no group took, those near one first. */
function Outside({ outside, thumbs }: { readonly outside: Found["outside"]; readonly thumbs: Thumbs }) {
  if (outside.length === 0) return null;
  const faces = [...outside]
    .sort((a, b) => Number(b.near) - Number(a.near) || (a.nearest ?? "").localeCompare(b.nearest ?? ""))
    .map(({ id, near, nearest, why }) => ({ id, mark: near ? `near ${nearest}` : "like none", title: why }));
  return (
    <section aria-label="In no group">
      <h2>{outside.length} in no group</h2>
      <FaceThumbs faces={faces} all="outside" {...thumbs} />
    </section>
  );
}
