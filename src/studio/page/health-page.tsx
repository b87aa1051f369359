import { useState } from "preact/hooks";
import type { CacheSize } from "../../compose/caches.ts";
import type { NetworkToPull } from "../../compose/health.ts";
import type { HealthCheck } from "../../domain/health.ts";
import { go, query, withQuery } from "./address.ts";
import { Busy, Failure, JobList } from "./parts.tsx";
import { jobs, post, useLoaded } from "./server.ts";

interface Health {
  readonly checks: readonly HealthCheck[];
  /** Networks that can be fetched. */
  readonly pulls: readonly NetworkToPull[];
}

const GROUPS = {
  machine: "This machine",
  networks: "Networks",
  toolboxes: "Toolboxes",
  models: "Judges",
  model: "Judge",
};

/** What is installed and can run, what to do about the rest, and where files lie. */
export function HealthPage() {
  const turn = query.value.get("turn") ?? "1";
  const { value, error } = useLoaded<Health>(`/health?turn=${turn}`);
  const own = jobs.value.filter(({ kind, state }) => kind === "models" && state !== "done");
  const broken = value?.checks.filter(({ state }) => state === "broken" || state === "suspect").length ?? 0;
  return (
    <>
      <h1>Health</h1>
      <p class="row">
        {value === undefined
          ? null
          : broken === 0
            ? "Everything that is here works."
            : `${broken} do not work as they should.`}
        <button type="button" onClick={() => go(withQuery({ turn: String(Number(turn) + 1) }), "replace")}>
          Look again
        </button>
      </p>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Looking for toolboxes and judges</Busy> : null}
      <JobList jobs={own} />
      {value === undefined
        ? null
        : Object.entries(GROUPS).map(([group, title]) => (
            <Group
              key={group}
              title={title}
              checks={value.checks.filter((check) => check.group === group)}
              pulls={value.pulls}
            />
          ))}
      <Places />
    </>
  );
}

interface GroupProps {
  readonly title: string;
  readonly checks: readonly HealthCheck[];
  readonly pulls: readonly NetworkToPull[];
}

const CLASSES: Readonly<Record<HealthCheck["state"], string>> = {
  ...{ ready: "holds", missing: "soft", suspect: "bad", broken: "bad" },
};

function Group({ title, checks, pulls }: GroupProps) {
  if (checks.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl class="health">
        {checks.map(({ name, state, detail, remedy }) => (
          <div key={name}>
            <dt>
              {name} <span class={CLASSES[state]}>{state === "missing" ? "not here" : state}</span>
            </dt>
            <dd>
              {detail}
              <Remedy remedy={remedy} pull={pulls.find(({ download }) => remedy?.split(" ").includes(download))} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What to do: pressed where the studio can do it, else read and typed. */
function Remedy({ remedy, pull }: { readonly remedy: string | null; readonly pull: NetworkToPull | undefined }) {
  const [isAccepted, accept] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (remedy === null) return null;
  if (pull === undefined) {
    return (
      <details>
        <summary>What to do</summary>
        <pre>{remedy}</pre>
      </details>
    );
  }
  const { download, title, sizeBytes, origin, licence } = pull;
  const fetchIt = () =>
    post("/networks/pull", { download, accepted: isAccepted }).then(
      () => setError(null),
      (problem: Error) => setError(problem.message),
    );
  return (
    <details>
      <summary>Fetch it</summary>
      <p>
        {title}, {(sizeBytes / 1e6).toFixed(1)} MB from {new URL(origin).host}. Nothing of yours is sent there.
      </p>
      <p>
        <label>
          <input type="checkbox" checked={isAccepted} onChange={() => accept(!isAccepted)} /> I accept its licence,{" "}
          {licence.spdx} of {licence.holder}
        </label>{" "}
        <a href={licence.url} target="_blank" rel="noreferrer">
          Read it
        </a>
      </p>
      {licence.note === undefined ? null : <p class="soft">{licence.note}</p>}
      <button type="button" onClick={() => void fetchIt()}>
        Fetch {download}
      </button>
      <Failure error={error} />
    </details>
  );
}

interface PlacesOfFiles {
  readonly folder: string;
  readonly cache: string;
  readonly caches: readonly CacheSize[];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0)} MB`;

/** Where files lie, and how much room what is kept between runs takes. */
function Places() {
  const { value, error } = useLoaded<PlacesOfFiles>("/places");
  const [isAsked, ask] = useState(false);
  const [told, tell] = useState<{ readonly text: string; readonly isError: boolean } | null>(null);
  if (value === undefined) return <Failure error={error} />;
  const { folder, cache, caches } = value;
  const bytes = caches.reduce((sum, each) => sum + each.bytes, 0);
  const clear = () => {
    ask(false);
    post("/caches/clear").then(
      () => tell({ text: `${megabytes(bytes)} removed.`, isError: false }),
      (problem: Error) => tell({ text: problem.message, isError: true }),
    );
  };
  return (
    <section aria-label="Where files lie">
      <h2>Where files lie</h2>
      <p>
        Everything that is made here is in <code>{folder}</code>. What was measured and answered before is kept in{" "}
        <code>{cache}</code>, so that it is not done again.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">kept</th>
            <th scope="col" class="n">
              entries
            </th>
            <th scope="col" class="n">
              size
            </th>
            <th scope="col" class="n">
              at most
            </th>
          </tr>
        </thead>
        <tbody>
          {caches.map(({ name, entries, bytes: size, maxBytes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="n">{entries.toLocaleString("en-US")}</td>
              <td class="n">{megabytes(size)}</td>
              <td class="n">{megabytes(maxBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isAsked ? (
        <p class="told row">
          Images will be measured again, and judges asked again, which may cost. Your folder is not touched.
          <button type="button" onClick={clear}>
            Remove {megabytes(bytes)}
          </button>
          <button type="button" class="quiet" onClick={() => ask(false)}>
            Keep it
          </button>
        </p>
      ) : (
        <button type="button" onClick={() => ask(true)}>
          Remove what is kept
        </button>
      )}
      <div role="status">{told === null || told.isError ? "" : told.text}</div>
      <Failure error={told?.isError ? told.text : null} />
    </section>
  );
}
