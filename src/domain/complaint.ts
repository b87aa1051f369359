import { z } from "zod";

/**
 * What kind of fault a judgment has:
 * - `form`: it is not a judgment in the agreed form
 * - `faces`: its subjects are not the faces of the image, each once
 * - `reading`: a distribution, interval or abstention that cannot be
 * - `novelty`: a label is called novel and is not, or the reverse
 * - `blank`, `repeated`, `range`: a text without words, something named twice, a number outside its range
 * - `evidence`: it cites what is not in the ledger
 * - `felt-state`: it asserts what someone feels
 * - `contradicted`: measurements, or the judgment's own readings, say the opposite
 */
const ComplaintCode = z.enum([
  "form",
  "faces",
  "reading",
  "novelty",
  "blank",
  "repeated",
  "range",
  "evidence",
  "felt-state",
  "contradicted",
]);
type ComplaintCode = z.infer<typeof ComplaintCode>;

/** One thing that is wrong with a judgment: a program goes by path and code, a language model reads the message. */
export const Complaint = z.strictObject({
  /** Where in the judgment, e.g. `subjects[0].cues[1].evidenceIds`; empty when it is about the whole. */
  path: z.string(),
  code: ComplaintCode,
  /** One sentence that says what is wrong and what to do. */
  message: z.string().min(1),
});
export type Complaint = z.infer<typeof Complaint>;

/** A complaint whose message starts with its path. */
export function complaintAt(path: string, code: ComplaintCode, says: string): Complaint {
  return { path, code, message: `\`${path}\` ${says}` };
}

/** Complains of a text without words. */
export function blankComplaints(text: string, path: string): Complaint[] {
  return text.trim() === "" ? [complaintAt(path, "blank", "is blank")] : [];
}

/** Complains of each name that stands more than once, compared without case. */
export function repeatedComplaints(
  names: readonly string[],
  path: string,
  verb: "names" | "cites" = "names",
): Complaint[] {
  const keys = names.map((name) => name.trim().toLowerCase());
  const later = names.filter((_, index) => keys.indexOf(keys[index] ?? "") < index);
  return [...new Set(later)].map((name) => {
    const told = verb === "names" ? `"${name}"` : name;
    return complaintAt(path, "repeated", `${verb} ${told} more than once`);
  });
}

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

/** The first thing that zod found wrong, in words. The input must have been reported (`reportInput: true`). */
export function issueInWords({ issues }: z.ZodError): string {
  return issues[0] === undefined ? "it does not fit the schema" : placedIssue(issues[0]);
}

/** One thing that zod found wrong, in words, as {@link issueInWords}. */
export function placedIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return `${place === "" ? "it" : place} has an unknown field ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return `it has no ${place === "" ? "content" : place}`;
  return place === "" ? issue.message : `${place}: ${issue.message}`;
}
