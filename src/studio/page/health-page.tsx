import { useState } from "preact/hooks";
import type { CacheSize } from "../../compose/caches.ts";
import type { NetworkToPull } from "../../compose/health.ts";
import type { JudgesAtHand } from "../../compose/judges.ts";
import type { HealthCheck } from "../../domain/health.ts";
import { go, query, withQuery } from "./address.ts";
import { Group } from "./health-checks.tsx";
import { Busy, Failure, JobList } from "./parts.tsx";
import { jobAt, jobs, post, useLoaded } from "./server.ts";

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
};

/** What is installed and can run, what to do about the rest, and where files lie. */
export function HealthPage() {
  const turn = query.value.get("turn") ?? "1";
  const { value, error } = useLoaded<Health>(`/health?turn=${turn}`);
  const own = jobs.value.filter(
    ({ kind, address, state }) => kind === "models" && address === "/health/" && state !== "done",
  );
  const broken = value?.checks.filter(({ state }) => state === "broken" || state === "suspect").length ?? 0;
  return (
    <>
      <h1>Health</h1>
      <p class="row">
        {value === undefined
          ? null
          : broken === 0
            ? "Everything that is here works."
            : `${broken} ${broken === 1 ? "part does not work as it should" : "parts do not work as they should"}.`}
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
      <TryJudge />
      <Places />
    </>
  );
}

const pageWith = (model: string) => `/health/?model=${encodeURIComponent(model)}`;

/** What a judge does with all that a judgment sends: which one stands in the address. */
function TryJudge() {
  const model = query.value.get("model");
  const { value } = useLoaded<JudgesAtHand>("/judges");
  const { value: known } = useLoaded<{ tried: { checks: readonly HealthCheck[]; kept: boolean } | null }>(
    model === null ? null : `/models/probe?model=${encodeURIComponent(model)}`,
  );
  const [error, setError] = useState<string | null>(null);
  const tried = known?.tried ?? null;
  const job = model === null ? undefined : jobAt(pageWith(model));
  const tryIt = (name: string, again: boolean) => {
    setError(null);
    go(withQuery({ model: name }), "replace");
    post("/models/probe", { model: name, again }).catch((problem: Error) => setError(problem.message));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    tryIt(String(new FormData(event.currentTarget as HTMLFormElement).get("judge")).trim(), false);
  };
  return (
    <section aria-label="Try a judge">
      <h2>Try a judge</h2>
      <p>
        It is asked at most eight short questions about images of our own: whether it sees, uses tools, and answers in
        the form that is wanted. Nothing of yours is sent. A judge that is paid for is paid for these too.
      </p>
      <form class="row begin" onSubmit={submit}>
        <label class="field">
          Judge
          <input name="judge" list="judges" required placeholder="ollama:llava" defaultValue={model ?? ""} />
        </label>
        <datalist id="judges">
          {value?.models.map(({ model: each }) => (each === "rules" ? null : <option key={each} value={each} />))}
        </datalist>
        <button type="submit">Try it</button>
      </form>
      <Failure error={error} />
      {job === undefined || job.state === "done" ? null : <JobList jobs={[job]} />}
      {tried === null || model === null ? null : (
        <>
          <Group title={`What ${model} does`} checks={tried.checks} pulls={[]} />
          {tried.kept ? (
            <p class="row">
              This is what was seen when it was tried before.
              <button type="button" onClick={() => tryIt(model, true)}>
                Try it again
              </button>
            </p>
          ) : null}
        </>
      )}
    </section>
  );
}

interface PlacesOfFiles {
  readonly folder: string;
  readonly cache: string;
  readonly caches: readonly CacheSize[];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes > 0 && bytes < 1e6 ? 2 : 0)} MB`;

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
