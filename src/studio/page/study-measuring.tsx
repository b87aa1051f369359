import { useState } from "preact/hooks";
import { isUnderWay, type Job } from "../jobs.ts";
import { Failure, JobList, When } from "./parts.tsx";
import { post } from "./server.ts";
import type { StudyAbout } from "./study-data.ts";

interface MeasuringProps {
  readonly study: string;
  readonly job: Job | undefined;
  readonly about: StudyAbout | undefined;
  readonly error: string | null;
}

/** How far measuring is, with a way to pause it and to go on. */
export function Measuring({ study, job, about, error }: MeasuringProps) {
  const [refused, setRefused] = useState<string | null>(null);
  const resume = () => {
    setRefused(null);
    post("/study/measure", { resume: study }).catch((problem: Error) => setRefused(problem.message));
  };
  if (job !== undefined && isUnderWay(job)) {
    return (
      <section aria-label="Measuring">
        <JobList jobs={[job]} stop="Pause" />
        <p class="soft">
          Closing this page stops nothing. What is measured so far is kept, also where this machine stops.
        </p>
      </section>
    );
  }
  if (about === undefined) return <Failure error={error} />;
  const { faces, failures } = about.counts;
  return (
    <section aria-label="State of the study">
      <p>
        {faces} {faces === 1 ? "face" : "faces"} in {about.moments}
        {failures === 0 ? "" : `, ${failures} could not be measured`}
        {about.exclusions.length === 0 ? "" : `, ${about.exclusions.length} excluded`}
        <span class="soft">
          {" · "}
          {about.command === "import" ? "imported" : "begun"} <When at={about.createdAt} />
        </span>
      </p>
      {about.finished ? null : (
        <p class="told">
          Measuring was interrupted; what is done is kept.{" "}
          <button type="button" class="main" onClick={resume}>
            Go on measuring
          </button>
        </p>
      )}
      {about.finished && about.command === "measure" ? (
        <button type="button" class="quiet" onClick={resume}>
          Measure what came into its folders since
        </button>
      ) : null}
      <Failure error={refused} />
    </section>
  );
}
