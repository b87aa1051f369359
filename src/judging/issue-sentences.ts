import type { z } from "zod";

/** What zod found wrong, one sentence each, with the path as a program would write it: `` `subjects[0].cues`: ... ``. */
export function issueSentences(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
    return path === "" ? messageOf(issue) : `\`${path.replace(/^\./, "")}\`: ${messageOf(issue)}`;
  });
}

/** A union says only "Invalid input"; what each of its members wants is in its branches. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue.message;
  return issue.errors.map((branch) => branch.map((inner) => inner.message).join(" and ")).join(", or ");
}
