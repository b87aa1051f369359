import { type StimulusRow, StimulusRows } from "../../pages/stimulus-rows.tsx";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { go, href } from "./address.ts";
import { LabForm } from "./lab-form.tsx";
import { Busy, Failure, RunList, RunState } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { RunExports } from "./sharing.tsx";

/** One lab, or all of them and a form for the next where the address names none. */
export function LabPage({ rest }: { readonly rest: string }) {
  return rest === "" ? <AllLabs /> : <Lab key={rest} path={rest} />;
}

function AllLabs() {
  const { value, error } = useLoaded<{ labs: readonly FoundRun[]; folders: readonly string[] }>("/labs");
  return (
    <>
      <h1>Context lab</h1>
      <p>
        Each face is shown whole, without its scene, as a scene without its face, in another scene, and in ways that are
        no evidence. What the judge makes of each says how far it reads the face and how far the scene.
      </p>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Looking for images and earlier labs</Busy> : null}
      {value === undefined ? null : <LabForm folders={value.folders} />}
      {value === undefined || value.labs.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.labs} page="lab" />
        </>
      )}
    </>
  );
}

interface LabResult {
  readonly run: FoundRun | null;
  /** `null` while the stimuli are being prepared. */
  readonly result: {
    readonly rows: readonly StimulusRow[];
    readonly conditions: readonly string[];
    readonly effects: readonly (readonly string[])[];
    readonly model: string;
    readonly context: string | null;
    readonly failures: readonly string[];
    readonly fixed: readonly string[];
  } | null;
}

function Lab({ path }: { readonly path: string }) {
  const loaded = useLoaded<LabResult>(`/lab?path=${encodeURIComponent(path)}`);
  const result = loaded.value?.result ?? null;
  return (
    <>
      <h1>{path.split("/").at(-1)}</h1>
      <RunState page="lab" path={path} loaded={loaded} isBegun={result !== null} />
      {result === null ? null : <Result {...result} path={path} />}
    </>
  );
}

function Result({
  rows,
  conditions,
  effects,
  model,
  context,
  failures,
  fixed,
  path,
}: NonNullable<LabResult["result"]> & { readonly path: string }) {
  return (
    <>
      <p class="soft">
        Judged by {model}
        {context === null ? null : (
          <>
            , told: “<span dir="auto">{context}</span>”
          </>
        )}
      </p>
      {[...failures, ...fixed].map((sentence) => (
        <p class="told" key={sentence}>
          {sentence}
        </p>
      ))}
      <h2>Face by face</h2>
      <StimulusRows rows={rows} conditions={conditions} />
      <section aria-label="What the context did">
        {effects.map((sentences, i) =>
          sentences.length === 0 ? null : (
            <details key={conditions[i]} open>
              <summary>
                What the context did over {rows.length === 1 ? "this face" : "all faces"}
                {conditions.length > 1 ? `, ${conditions[i]}` : ""}
              </summary>
              <ul>
                {sentences.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </details>
          ),
        )}
      </section>
      <RunExports path={path} />
      <p class="row">
        <button type="button" onClick={() => go("/lab/")}>
          Another lab
        </button>
        <a href={href(pageAddress("run", path))}>Report and files</a>
      </p>
    </>
  );
}
