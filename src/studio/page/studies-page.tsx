import type { FoundRun } from "../runs.ts";
import { query } from "./address.ts";
import { Busy, Failure, RunList } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { type Beginnings, ImportForm, MeasureForm, PassportForm } from "./study-begin.tsx";
import { StudyPage } from "./study-page.tsx";

interface Studies extends Beginnings {
  readonly studies: readonly FoundRun[];
  readonly passports: readonly FoundRun[];
}

/** One study, or all of them where the address names none. */
export function StudiesPage({ rest }: { readonly rest: string }) {
  return rest === "" ? <AllStudies /> : <StudyPage key={rest} rest={rest} />;
}

function AllStudies() {
  const { value, error } = useLoaded<Studies>("/studies");
  return (
    <>
      <h1>Studies</h1>
      <p>A study measures every face in many images into tables, which you then look through, clean and hand out.</p>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Looking for studies</Busy> : null}
      {value === undefined ? null : <Begin {...value} />}
      {value === undefined || value.studies.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.studies} page="study" />
        </>
      )}
      {value === undefined || value.passports.length === 0 ? null : (
        <>
          <h2>Measurement passports</h2>
          <RunList runs={value.passports} page="run" />
        </>
      )}
    </>
  );
}

/** Which of the two that are begun more rarely is open stands in the address. */
function Begin(beginnings: Beginnings) {
  const begin = query.value.get("begin");
  return (
    <>
      <MeasureForm {...beginnings} />
      <details open={begin === "import"}>
        <summary>Import what a toolbox wrote</summary>
        <ImportForm {...beginnings} />
      </details>
      <details open={begin === "validate"}>
        <summary>Hold measurements against what people labelled</summary>
        <PassportForm {...beginnings} />
      </details>
    </>
  );
}
