import type { Discovery, Proposal } from "../domain/discovery.ts";
import { DiscoveredGroup, HowItWasMade, inOrder, STATUS_WORDS } from "./discovery-figures.tsx";
import { DiscoveryMap, GroupDot, spotsOf } from "./discovery-map.tsx";
import { FigureTable } from "./figure-table.tsx";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";

/** A portrait of each face that the page shows, as JPEG bytes, by face id. A face without one is named only. */
export type Portraits = ReadonlyMap<string, Uint8Array>;

/** Face ids that the page shows images of. */
export function portraitsNeeded({ proposals }: Discovery): string[] {
  const shown = proposals.flatMap(({ medoid, members, boundary, counter }) => [
    ...[medoid, ...members.filter((member) => member !== medoid)].slice(0, GALLERY),
    ...boundary,
    ...counter,
  ]);
  return [...new Set(shown)];
}

/** Faces of a group that the page shows. */
const GALLERY = 12;

/** Faces on the map, and named in the list of those in no group: with many more, a browser takes long to open the page. */
const [MOST_SPOTS, MOST_OUTSIDE] = [5000, 2000];

/** A page of its own, without scripts or anything from elsewhere: gallery, map, signatures and tests. */
export function renderDiscoveryPage(discovery: Discovery, portraits: Portraits): string {
  const { proposals, notes, map, provenance } = discovery;
  const groups = inOrder(proposals);
  const title = `Expression categories: ${proposals.length === 0 ? "no group was found" : `${proposals.length} ${proposals.length === 1 ? "group" : "groups"}`}`;
  const body = rendered(
    <>
      <h1>{title}</h1>
      <p>
        {provenance.faces} faces, {provenance.outliers} of them in no group. {countsInWords(proposals)}
      </p>
      <p class="soft">
        A group is a set of faces that look alike to the toolbox. It says nothing about what anybody felt.{" "}
        {namingNote(discovery)}
      </p>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <h2>Map</h2>
      <DiscoveryMap axes={map.axes} {...drawnSpots(map)} />
      <ul class="legend">
        {groups.map(({ id, name }) => (
          <li key={id}>
            <GroupDot group={id} /> <a href={`#${id}`}>{id}</a> <bdi>{name}</bdi>
          </li>
        ))}
        <li>
          <GroupDot group={null} /> in no group
        </li>
      </ul>
      {groups.map((proposal) => (
        <DiscoveredGroup
          key={proposal.id}
          proposal={proposal}
          faces={(ids) => (
            <div class="portraits">
              {ids.slice(0, GALLERY).map((id) => (
                <Portrait key={id} id={id} bytes={portraits.get(id)} />
              ))}
            </div>
          )}
        />
      ))}
      <Outside {...discovery} />
      <h2>How this was made</h2>
      <HowItWasMade provenance={provenance} />
    </>,
  );
  return page({ title, style: STYLE, body });
}

/** Each so-many-th face, so that groups keep their shares. */
function drawnSpots(map: Discovery["map"]) {
  const spots = spotsOf(map);
  if (spots.length <= MOST_SPOTS) return { spots };
  const every = Math.ceil(spots.length / MOST_SPOTS);
  const drawn = spots.filter((_, at) => at % every === 0);
  return { spots: drawn, caption: `${drawn.length} of ${spots.length} faces are drawn.` };
}

function countsInWords(proposals: readonly Proposal[]): string {
  return Object.entries(STATUS_WORDS)
    .map(([status, words]) => ({ words, count: proposals.filter((proposal) => proposal.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ words, count }) => `${words}: ${count}`)
    .join("; ");
}

function namingNote({ provenance, proposals }: Discovery): string {
  if (provenance.describedBy !== null) return `Described by ${provenance.describedBy}.`;
  return proposals.length === 0
    ? ""
    : "Names are put together by rule from the action units that set a group apart; no model was asked for better ones.";
}

/** Every face that no group took, with the group that it is near, or why it is near none. */
function Outside({ outside }: Pick<Discovery, "outside">) {
  if (outside.length === 0) return null;
  const rows = [...outside].sort(
    (a, b) => Number(b.near) - Number(a.near) || (a.nearest ?? "").localeCompare(b.nearest ?? ""),
  );
  return (
    <>
      <h2>In no group</h2>
      <FigureTable
        name="In no group"
        columns={["face", "where", "why"]}
        rows={rows
          .slice(0, MOST_OUTSIDE)
          .map(({ id, nearest, near, why }) => [id, near ? `near ${nearest}` : "outlier", why])}
      />
      {rows.length > MOST_OUTSIDE && <p class="soft">{rows.length - MOST_OUTSIDE} more are in discovery.json.</p>}
    </>
  );
}

function Portrait({ id, bytes }: { readonly id: string; readonly bytes: Uint8Array | undefined }) {
  const name = id.split(/[\\/]/).at(-1) ?? id;
  return (
    <figure title={id}>
      {bytes === undefined ? (
        <div class="missing">no image</div>
      ) : (
        <img alt={id} src={`data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}`} />
      )}
      <figcaption>{name.length > 24 ? `…${name.slice(-23)}` : name}</figcaption>
    </figure>
  );
}

const STYLE = `
.note{background:var(--panel);border-left:3px solid var(--accent);padding:8px 12px}
.portraits img,.missing{aspect-ratio:1;object-fit:cover}.missing{display:grid;place-items:center;background:var(--panel);border-radius:6px;font-size:12px;color:var(--soft)}
ul.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:4px 22px;font-size:13.5px}
@media print{.group{break-inside:avoid}}
`;
