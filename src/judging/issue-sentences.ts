import type { z } from "zod";
import type { Complaint } from "../domain/complaint.ts";

/** What zod found wrong, one complaint each, with the path as a program would write it: `subjects[0].cues`. */
export function formComplaints(error: z.ZodError): Complaint[] {
  return error.issues.map((issue) => {
    const steps = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
    const path = steps.join("").replace(/^\./, "");
    const says = messageOf(issue);
    return { path, code: "form", message: path === "" ? says : `\`${path}\`: ${says}` };
  });
}

/** The same as sentences. */
export function issueSentences(error: z.ZodError): string[] {
  return formComplaints(error).map(({ message }) => message);
}

/** A union says only "Invalid input"; what each of its members wants is in its branches. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue.message;
  return issue.errors.map((branch) => branch.map((inner) => inner.message).join(" and ")).join(", or ");
}
