import { type Complaint, formComplaints } from "../domain/complaint.ts";
import { JudgmentError } from "../domain/errors.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { Grounding } from "../domain/grounding.ts";
import { Judgment } from "../domain/judgment.ts";
import { complaintsAbout } from "../domain/judgment-check.ts";
import type { ModelAnswer, PromptPart } from "../domain/prompt.ts";
import { withoutRounding } from "../domain/reading-check.ts";
import type { PromptReference } from "../domain/report.ts";
import { isOfClip } from "../domain/timeline.ts";
import { BriefJudgment, judgmentOfBrief } from "./brief-judgment.ts";
import { checkGrounding, contradictionComplaints } from "./check-grounding.ts";
import { fillIn, type PromptLibrary } from "./prompt-library.ts";
import { refusalIn } from "./refusal.ts";

/** Someone who answers and can be told what is wrong with an answer. */
interface Judge {
  say(parts: readonly PromptPart[], signal?: AbortSignal): Promise<ModelAnswer>;
  /** @param complaints what the text says, for a judge that is a program. */
  requestRepair(text: string, complaints: readonly Complaint[], signal?: AbortSignal): Promise<ModelAnswer>;
}

interface JudgingTask {
  readonly question: readonly PromptPart[];
  readonly ledger: EvidenceLedger;
  readonly labels: readonly string[] | null;
  /** Whether the brief form of a judgment was asked for. */
  readonly brief?: boolean;
  readonly prompts: PromptLibrary;
}

export interface Verdict {
  readonly judgment: Judgment;
  readonly grounding: Grounding;
  readonly warnings: readonly string[];
  /** The prompts with which the judgment was sent back. */
  readonly prompts: readonly PromptReference[];
}

/**
 * Asks for a judgment, has it repaired once if it cannot be used, and sends contradictions with the measurements back
 * once. Whatever contradictions remain stay in the grounding, to be shown.
 *
 * @throws {JudgmentError} if it cannot be used after the repair. @throws {ProviderError} if the model still declines then.
 */
export async function judge(judging: Judge, task: JudgingTask, signal?: AbortSignal): Promise<Verdict> {
  const { judgment, prompts, warnings } = await usableJudgment(judging, task, signal);
  const grounding = checkGrounding(judgment, task.ledger);
  const contradictions = contradictionComplaints(grounding);
  if (contradictions.length === 0) return { judgment, grounding, warnings, prompts };
  const file = task.prompts.prompt("contradictions");
  const all = [...prompts, file.reference];
  const text = fillIn(file, { contradictions: listed(contradictions) });
  const second = read(await judging.requestRepair(text, contradictions, signal), task);
  if ("complaints" in second) {
    const reason = messagesOf(second.complaints).join("; ");
    const warning = `Asked about contradictions, the model gave no usable judgment (${reason}), so its first one stands`;
    return { judgment, grounding: { ...grounding, askedAgain: true }, warnings: [...warnings, warning], prompts: all };
  }
  const checked = { ...checkGrounding(second.judgment, task.ledger), askedAgain: true };
  return { judgment: second.judgment, grounding: checked, warnings: second.warnings, prompts: all };
}

async function usableJudgment(
  judging: Judge,
  task: JudgingTask,
  signal?: AbortSignal,
): Promise<Omit<Verdict, "grounding">> {
  const first = read(await judging.say(task.question, signal), task);
  if ("judgment" in first) return { ...first, prompts: [] };
  const file = task.prompts.prompt("repair");
  const text = fillIn(file, { complaints: listed(first.complaints) });
  const again = await judging.requestRepair(text, first.complaints, signal);
  const second = read(again, task);
  if ("judgment" in second) return { ...second, prompts: [file.reference] };
  const refusal = again.type === "prose" ? refusalIn(again.text) : undefined;
  if (refusal !== undefined) throw refusal;
  const reasons = messagesOf(second.complaints);
  throw new JudgmentError(`The model's judgment stayed unusable after one repair: ${firstOf(reasons)}`, reasons);
}

/** Longest complaint in a message: they quote the model. All of them are in the error's `complaints`. */
const TOLD_LENGTH = 200;

function firstOf(reasons: readonly string[]): string {
  const [first = ""] = reasons;
  const told = first.length > TOLD_LENGTH ? `${first.slice(0, TOLD_LENGTH)}...` : first;
  return reasons.length > 1 ? `${told} (and ${reasons.length - 1} more)` : told;
}

type Reading = Pick<Verdict, "judgment" | "warnings"> | { readonly complaints: readonly Complaint[] };

/** Longest piece of a prose answer that is quoted back. */
const QUOTE_LENGTH = 300;

/** Longest judgment, as JSON, whose sentences are read: a careful one about twenty faces has a tenth of it. */
const LONGEST_JUDGMENT = 200_000;

function read(answer: ModelAnswer, { ledger, labels, brief = false }: JudgingTask): Reading {
  if (answer.type === "prose") {
    const said = answer.text.trim().slice(0, QUOTE_LENGTH);
    const what = said === "" ? "it was empty" : `it says ${JSON.stringify(said)}`;
    const message = `The answer is not a judgment in the agreed form: ${what}`;
    return { complaints: [{ path: "", code: "form", message }] };
  }
  const length = JSON.stringify(answer.value)?.length ?? 0;
  if (length > LONGEST_JUDGMENT) {
    const message = `The judgment has ${length} characters, and at most ${LONGEST_JUDGMENT} are read: say it shorter`;
    return { complaints: [{ path: "", code: "form", message }] };
  }
  const parsed = brief ? parsedBrief(answer.value, { ledger, labels }) : Judgment.safeParse(answer.value);
  if (!parsed.success) return { complaints: formComplaints(parsed.error) };
  const judgment = withoutRounding(parsed.data);
  const facts = { ledger, faces: ledger.faces(), brief, ...(labels === null ? {} : { taxonomy: labels }) };
  const complaints = complaintsAbout(judgment, facts);
  if (complaints.length > 0) return { complaints };
  const untimed = brief && isOfClip(ledger.items()) ? [WITHOUT_TIMES] : [];
  return { judgment, warnings: [...aboutDrafts(answer.drafts), ...untimed] };
}

const WITHOUT_TIMES = "The model had little room, so it was asked for one reading of the whole clip and none over time";

function aboutDrafts(drafts = 0): readonly string[] {
  if (drafts === 0) return [];
  return [`The model wrote ${drafts + 1} JSON objects in one message: the last complete one was taken for its answer`];
}

function parsedBrief(value: unknown, { ledger, labels }: Pick<JudgingTask, "ledger" | "labels">) {
  const parsed = BriefJudgment.safeParse(value);
  return parsed.success ? { success: true as const, data: judgmentOfBrief(parsed.data, ledger, labels) } : parsed;
}

function messagesOf(complaints: readonly Complaint[]): string[] {
  return complaints.map(({ message }) => message);
}

/** Most complaints sent back at once: a hundred of one kind teach no more than twenty. */
const MOST_COMPLAINTS = 20;

function listed(complaints: readonly Complaint[]): string {
  const shown = complaints.slice(0, MOST_COMPLAINTS).map(({ message }) => `- ${message}`);
  const rest = complaints.length - shown.length;
  return rest > 0 ? [...shown, `- and ${rest} more of the same kinds`].join("\n") : shown.join("\n");
}
