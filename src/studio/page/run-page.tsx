import type { ComponentChildren } from "preact";
import { AgreementShown } from "../../pages/agreement-view.tsx";
import { AnswersShown } from "../../pages/answers-view.tsx";
import { FoundShown } from "../../pages/found-view.tsx";
import { PassportShown } from "../../pages/passport-view.tsx";
import type { CommandResult } from "../command-results.ts";
import { isUnderWay } from "../jobs.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { href } from "./address.ts";
import { ModelField } from "./ask-form.tsx";
import { BudgetFields, budgetIn } from "./ask-page.tsx";
import { Busy, Failure, JobList, When } from "./parts.tsx";
import { fileOf, jobAt, useLoaded } from "./server.ts";
import { useStart } from "./start.ts";

interface Run {
  readonly run: FoundRun;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly isShown: boolean }[];
}

/** What a command wrote, to be opened or saved. */
export function RunPage({ rest }: { readonly rest: string }) {
  const path = rest || "."; // an address cannot end in a dot
  const { value, error } = useLoaded<Run>(`/run?path=${encodeURIComponent(path)}`);
  const job = jobAt(pageAddress("run", path));
  return (
    <>
      <h1>{path === "." ? "This folder" : path}</h1>
      {job === undefined || job.state === "done" ? null : <JobList jobs={[job]} />}
      <Failure error={job !== undefined && isUnderWay(job) ? null : (error ?? value?.run.problem ?? null)} />
      {value === undefined || value.run.problem !== null ? null : (
        <>
          <Result path={path}>
            {(result) =>
              job !== undefined && isUnderWay(job) ? null : <GoOn {...value.run} failed={failedIn(result)} />
            }
          </Result>
          <Written {...value} path={path} />
        </>
      )}
    </>
  );
}

/** How many of many questions came to no answer. */
function failedIn(result: CommandResult | null): number {
  return result?.command === "ask" ? result.view.summary.failed : 0;
}

interface GoOnProps extends FoundRun {
  readonly failed: number;
}

/** Goes on with what was broken off, where that can be done here. */
function GoOn({ command, path, settings, finished, failed }: GoOnProps) {
  const { refused, start } = useStart();
  const isList = command === "ask" && Array.isArray(settings.items);
  if (finished && !(isList && failed > 0)) return null;
  if (command !== "find" && command !== "validate" && !isList) return null;
  function goOn(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const model = form.get("model");
    void start("/runs/resume", {
      ...{ run: path, ...(model ? { model } : {}), ...budgetIn(form) },
      ...(form.has("allowRemote") ? { allowRemote: true } : {}),
    });
  }
  return (
    <form class="told" onSubmit={goOn}>
      <p>
        {finished
          ? `${failed} came to no answer. Those whose server failed are asked again, the others are not.`
          : "Not all was done; what is done is kept."}
      </p>
      {command === "find" ? <ModelField from="rules" /> : null}
      {isList ? <BudgetFields /> : null}
      <button type="submit" class="main">
        {finished ? "Ask those again" : "Go on"}
      </button>
      <Failure error={refused} />
    </form>
  );
}

interface ResultProps {
  readonly path: string;
  /** What stands before it, and where there is none. */
  readonly children: (result: CommandResult | null) => ComponentChildren;
}

/** What the command found, by the component that its own page is made of. */
function Result({ path, children: before }: ResultProps) {
  const { value, error } = useLoaded<{ result: CommandResult | null }>(`/run/result?path=${encodeURIComponent(path)}`);
  if (value === undefined && error === null) return <Busy>Reading what was found</Busy>;
  const result = value?.result ?? null;
  return (
    <>
      {before(result)}
      <Failure error={error} />
      <Found result={result} />
    </>
  );
}

function Found({ result }: { readonly result: CommandResult | null }) {
  if (result?.command === "agreement") return <AgreementShown agreement={result.view} />;
  if (result?.command === "validate") return <PassportShown passport={result.view} />;
  if (result?.command === "ask") return <AnswersShown {...result.view} address={href} />;
  return result?.command === "find" ? <FoundShown {...result.view} address={href} /> : null;
}

function Written({ run: { command, createdAt, finished, settings }, files, path }: Run & { readonly path: string }) {
  const shown = files.filter(({ isShown }) => isShown);
  return (
    <>
      <p>
        <code>kuleshov {command}</code>, begun <When at={createdAt} />
        {finished ? "." : ", not finished: the same command goes on with it."}
      </p>
      {shown.length === 0 ? null : (
        <>
          <h2>To look at</h2>
          <ul>
            {shown.map(({ name }) => (
              <li key={name}>
                <a href={fileOf(path, name)} target="_blank" rel="noreferrer">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>Files</h2>
      {files.length === 0 ? <p>It has written none yet.</p> : null}
      <ul>
        {files.map(({ name, bytes }) => (
          <li key={name}>
            <a href={`${fileOf(path, name)}?save`} download={name.split("/").at(-1)}>
              {name}
            </a>{" "}
            <span class="soft">{size(bytes)}</span>
          </li>
        ))}
      </ul>
      <h2>Settings</h2>
      <table class="settings">
        <tbody>
          {Object.entries(settings).map(([name, setting]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{inWords(setting)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const LONGEST = 200;

function inWords(setting: unknown): string {
  if (setting === null) return "none";
  if (typeof setting === "boolean") return setting ? "yes" : "no";
  if (Array.isArray(setting)) return setting.map(inWords).join(", ") || "none";
  if (typeof setting === "object" && "path" in setting) return String(setting.path);
  if (typeof setting === "object" && "id" in setting) return String(setting.id);
  const text = typeof setting === "string" ? setting : JSON.stringify(setting);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
