import { useState } from "preact/hooks";
import type { NetworkToPull } from "../../compose/health.ts";
import type { HealthCheck } from "../../domain/health.ts";
import { Failure } from "./parts.tsx";
import { post } from "./server.ts";

interface GroupProps {
  readonly title: string;
  readonly checks: readonly HealthCheck[];
  readonly pulls: readonly NetworkToPull[];
}

/** What is said of a judge that was tried is not said of what is installed. */
const STATES: Readonly<Record<string, Readonly<Record<HealthCheck["state"], string>>>> = {
  model: { ready: "works", missing: "not done", suspect: "does not work", broken: "does not work" },
  other: { ready: "ready", missing: "not here", suspect: "suspect", broken: "broken" },
};

const CLASSES: Readonly<Record<HealthCheck["state"], string>> = {
  ...{ ready: "holds", missing: "soft", suspect: "bad", broken: "bad" },
};

/** What was found of one part of an installation, with what can be done about it. */
export function Group({ title, checks, pulls }: GroupProps) {
  if (checks.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl class="health">
        {checks.map(({ group, name, state, detail, remedy }) => (
          <div key={name}>
            <dt>
              {name} <span class={CLASSES[state]}>{(STATES[group] ?? STATES.other)?.[state]}</span>
            </dt>
            <dd>
              {detail}
              <Remedy
                remedy={remedy}
                isPlan={group === "model"}
                pull={group === "networks" ? pulls.find(({ networks }) => networks.includes(name)) : undefined}
              />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface RemedyProps {
  readonly remedy: string | null;
  /** Whether it is what is done without it, and nobody need do anything. */
  readonly isPlan: boolean;
  readonly pull: NetworkToPull | undefined;
}

/** What to do: pressed where the studio can do it, else read and typed. */
function Remedy({ remedy, isPlan, pull }: RemedyProps) {
  const [isAccepted, accept] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (remedy === null) return null;
  if (pull === undefined) {
    return isPlan ? (
      <p class="soft">Instead: {remedy}.</p>
    ) : (
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
