import type { ComponentChildren } from "preact";
import type { Discovery, Proposal } from "../domain/discovery.ts";
import { signatureLines } from "../render/signature-lines.ts";
import { GroupDot } from "./discovery-map.tsx";
import { FigureTable } from "./figure-table.tsx";

/** What became of a group, in plain words; the most settled first. */
export const STATUS_WORDS = {
  accepted: "a category now",
  confirmed: "confirmed by raters",
  survived: "passed its tests",
  rejected: "rejected by raters",
  failed: "no group of its own",
  "set aside": "known already",
} as const satisfies Record<Proposal["status"], string>;

/** Groups in the order in which they are shown. */
export function inOrder(proposals: readonly Proposal[]): readonly Proposal[] {
  const order = Object.keys(STATUS_WORDS);
  return [...proposals].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

interface GroupProps {
  readonly proposal: Proposal;
  /** Shows faces; `of` says which of the group they are. */
  readonly faces: (ids: readonly string[], of: string) => ComponentChildren;
  /** What can be done with it. */
  readonly children?: ComponentChildren;
}

/** One group: what it is in plain words, its faces, its tests folded below. */
export function DiscoveredGroup({ proposal, faces, children }: GroupProps) {
  const { id, name, status, verdict, size, namedBy, definition, contrast, medoid, members } = proposal;
  const published = signatureLines(proposal.published);
  const sources = [...new Set(published.flatMap((line) => line.sources))];
  const edges = [
    ["Hardly in it", proposal.boundary],
    ["Nearly in it", proposal.counter],
  ] as const;
  return (
    <section class="group" id={id} aria-label={`${id} ${name}`}>
      <h2>
        <GroupDot group={id} /> {id} · <bdi>{name}</bdi>{" "}
        <span class={`status ${status.replace(" ", "-")}`}>{STATUS_WORDS[status]}</span>
      </h2>
      <p>
        <b>{verdict}</b> {size} {size === 1 ? "face" : "faces"}, the most typical first. Named by {namedBy}.
      </p>
      <p>
        {definition} {contrast}
      </p>
      {published.length > 0 && <p>{published.map(({ text }) => text).join(" ")}</p>}
      {faces([medoid, ...members.filter((member) => member !== medoid)], id)}
      {children}
      <details>
        <summary>
          Tests, action units, {sources.length > 0 && "sources of published signatures, "}and faces at its edge
        </summary>
        {edges.map(([title, ids]) =>
          ids.length === 0 ? null : (
            <div key={title}>
              <h3>{title}</h3>
              {faces(ids, `${id} ${title}`)}
            </div>
          ),
        )}
        <GroupTests {...proposal} />
        <GroupSignature signature={proposal.signature.slice(0, SIGNATURE_ROWS)} />
        <Sources sources={sources} />
        <Appraisals {...proposal} />
      </details>
    </section>
  );
}

const SIGNATURE_ROWS = 8;

/** Each test of a group, with what was asked of it and what came out. */
function GroupTests({ id, tests }: Pick<Proposal, "id" | "tests">) {
  const number = (value: number | null) => (value === null ? "–" : value.toFixed(2));
  return (
    <FigureTable
      name={`Tests of ${id}`}
      columns={["Test", "Value [95 %]", "Asked for", "Outcome"]}
      rows={tests.map(({ name, statistic, estimate: { value, low, high }, threshold, passed, explanation }) => [
        <span key="test">
          <b>{name}</b> <span class="soft">{statistic}</span>
        </span>,
        `${number(value)}${value === null ? "" : ` [${number(low)}, ${number(high)}]`}`,
        passed === null ? "–" : `above ${threshold.toFixed(2)}`,
        <span key="outcome">
          <b class={passed === null ? "soft" : passed ? "holds" : "bad"}>
            {passed === null ? "not made" : passed ? "passed" : "failed"}
          </b>{" "}
          {explanation}
        </span>,
      ])}
    />
  );
}

/** What the faces of a group show, against all others. */
function GroupSignature({ signature }: Pick<Proposal, "signature">) {
  return (
    <dl class="facts">
      {signature.map(({ dimension, mean, elsewhere, effect, low, high }) => (
        <div key={dimension}>
          <dt>{dimension}</dt>
          <dd>
            <meter min={0} max={1} value={mean} aria-hidden="true" /> {mean.toFixed(2)}
            <span class="soft">
              , others {elsewhere.toFixed(2)}, Cohen's d {effect.toFixed(2)} [{low.toFixed(2)}, {high.toFixed(2)}]
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Publications behind the signatures that are named above. */
function Sources({ sources }: { readonly sources: readonly string[] }) {
  if (sources.length === 0) return null;
  return (
    <>
      <h3>Sources of the published signatures</h3>
      <ul>
        {sources.map((source) => (
          <li key={source}>{source}</li>
        ))}
      </ul>
    </>
  );
}

function Appraisals({ id, appraisals }: Pick<Proposal, "id" | "appraisals">) {
  if (appraisals.length === 0)
    return <p class="soft">Appraisals: not inferable by rule; a language model was not asked.</p>;
  return (
    <>
      <h3>Appraisals, as perceived</h3>
      <FigureTable
        name={`Appraisals of ${id}`}
        columns={["dimension", "# value"]}
        rows={appraisals.map(({ dimension, value }) => [
          dimension,
          typeof value === "number" ? value.toFixed(2) : value,
        ])}
      />
    </>
  );
}

/** What a discovery was made of, and how. */
export function HowItWasMade({ provenance }: Pick<Discovery, "provenance">) {
  const { space, known, signatures, leftOut, ...rest } = provenance;
  const rows: readonly (readonly [string, string])[] = [
    ["expression space", `${space.id}, ${space.dimensions.length} named dimensions`],
    ["known categories", known.join(", ") || "none named"],
    ["published signatures", signatures.length === 0 ? "none" : `${signatures.length}`],
    ...Object.entries(rest).map(([name, value]) => [inWords(name), value === null ? "none" : String(value)] as const),
    ...leftOut.map(({ reason, faces }) => ["left out", `${faces}: ${reason}`] as const),
  ];
  return <FigureTable name="How this was made" columns={["what", "value"]} rows={rows} />;
}

/** `minClusterSize` as `min cluster size`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
