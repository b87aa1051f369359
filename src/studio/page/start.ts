import { useState } from "preact/hooks";
import type { Job } from "../jobs.ts";
import { go } from "./address.ts";
import { post } from "./server.ts";

/** Starts what a form asks for and goes to where its progress is shown, or says in one sentence why it is refused. */
export function useStart() {
  const [refused, refuse] = useState<string | null>(null);
  const start = (inside: string, message: object) => {
    refuse(null);
    return post<{ job: Job }>(inside, message).then(
      ({ job }) => go(job.address),
      (problem: Error) => refuse(problem.message),
    );
  };
  return { refused, refuse, start };
}
