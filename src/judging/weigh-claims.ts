import { z } from "zod";
import { BudgetError, KuleshovError } from "../domain/errors.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { ImageView } from "../domain/image.ts";
import { type Judgment, READING_NAMES, type Reading, type SubjectJudgment } from "../domain/judgment.ts";
import { cueOf } from "../domain/panel-agreement.ts";
import { poolSubjects, withPooledReadings } from "../domain/pooled-reading.ts";
import type { PromptPart } from "../domain/prompt.ts";
import type { Question } from "../domain/question.ts";
import type { PromptReference } from "../domain/report.ts";
import type { Panel, PanelClaim } from "../domain/several-judges.ts";
import { NO_TOKENS, type TokenUse } from "../domain/token-use.ts";
import { evidenceLines } from "../evidence/render-evidence.ts";
import type { ChatMessage, JudgeModel } from "../ports/chat-model.ts";
import type { AnswerShape } from "./answer-format.ts";
import { jsonSchemaOf } from "./answer-format.ts";
import { askStructured } from "./ask-structured.ts";
import { fillIn, type PromptLibrary, quoted } from "./prompt-library.ts";

interface PanelResult {
  readonly claims: readonly PanelClaim[];
  readonly judges: Panel["judges"];
}

interface Weighing extends PanelResult {
  readonly question: Question;
  readonly ledger: EvidenceLedger;
  /** `null` for models that cannot see. */
  readonly shown: readonly ImageView[];
  readonly prompts: PromptLibrary;
  /** Told what is sent. */
  readonly transfer: { asked(messages: readonly ChatMessage[]): void; sent(bytes: number): void };
}

interface Weighed {
  /** Ids of claims, `null` where the judge of judges failed. */
  readonly chosen: readonly string[] | null;
  readonly failure: string | null;
  readonly tokens: TokenUse;
  /** What it said. */
  readonly text: string;
  readonly prompts: readonly PromptReference[];
}

/**
 * Has a judge of judges choose among the claims of a panel. The schema allows it the ids of claims and nothing else, and
 * what comes is held against them again. It is not told which model made a claim: models favour their own.
 */
export async function weighClaims(chair: JudgeModel, weighing: Weighing, signal?: AbortSignal): Promise<Weighed> {
  const { claims, shown, prompts, transfer } = weighing;
  const answer = choiceAmong(claims);
  const file = prompts.prompt("weigh-claims");
  const text = fillIn(file, textsOf(chair, weighing, answer));
  const sees = chair.capabilities.vision && shown.length > 0;
  const views = chair.capabilities.severalImages ? shown : shown.slice(0, 1);
  const seen = views.map((view) => ({ type: "image" as const, view }));
  const parts: PromptPart[] = [{ type: "text", text }, ...(sees ? seen : [])];
  const reply: JudgeModel["reply"] = (request, stop) => {
    transfer.asked(request.messages);
    return chair.reply({ ...request, onSent: transfer.sent }, stop);
  };
  // Its capabilities change as its server turns things down: they are read, not copied.
  const told = Object.create(chair, { reply: { value: reply, enumerable: true } }) as JudgeModel;
  const references = [file.reference];
  try {
    const question = {
      parts,
      answer,
      read: ({ json }: { readonly json: object | undefined }) => chosenIn(json, claims),
    };
    const said = await askStructured(told, question, signal);
    return { chosen: said.value.chosen, failure: null, tokens: said.tokens, text: said.text, prompts: references };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof KuleshovError) || error instanceof BudgetError) throw error;
    const tokens = error.spent ?? NO_TOKENS;
    return { chosen: null, failure: error.message, tokens, text: error.message, prompts: references };
  }
}

/** The answer that a judge of judges can give. */
export function choiceAmong(claims: readonly Pick<PanelClaim, "id">[]): AnswerShape {
  const ids = claims.map(({ id }) => id) as [string, ...string[]];
  return {
    name: "chosen_claims",
    description: "The claims that carry the answer.",
    schema: z.strictObject({ claims: z.array(z.enum(ids)).describe("Ids of claims of the list, and nothing else") }),
  };
}

const Choice = z.looseObject({ claims: z.array(z.string()) });

/** What was chosen, or what is wrong with it: an unknown id, one twice, or a face without any. */
function chosenIn(
  json: object | undefined,
  claims: readonly PanelClaim[],
): { readonly chosen: readonly string[] } | { readonly problem: string } {
  const parsed = Choice.safeParse(json);
  if (!parsed.success) return { problem: 'it is not {"claims": [ids]}' };
  const chosen = parsed.data.claims.map((id) => id.trim());
  const unknown = chosen.find((id) => !claims.some((claim) => claim.id === id));
  if (unknown !== undefined) return { problem: `there is no claim ${quoted(unknown.slice(0, 40))} in the list` };
  const twice = chosen.find((id, index) => chosen.indexOf(id) !== index);
  if (twice !== undefined) return { problem: `${twice} is chosen twice` };
  const faces = [...new Set(claims.map(({ faceId }) => faceId))];
  const without = faces.find((face) => !claims.some(({ id, faceId }) => faceId === face && chosen.includes(id)));
  if (without !== undefined) return { problem: `no claim about ${without ?? "the scene"} is chosen` };
  return { chosen };
}

function textsOf(chair: JudgeModel, { claims, judges, question, ledger }: Weighing, { schema }: AnswerShape) {
  const letters = new Map(judges.map(({ id }, index) => [id, String.fromCharCode(65 + index)]));
  const cited = new Set(claims.flatMap(({ evidenceIds }) => evidenceIds));
  const form = 'Reply with one JSON object and nothing else: {"claims": [ids]}';
  return {
    question: quoted(question.text) + (question.context === null ? "" : `\nContext: ${quoted(question.context)}`),
    readings: judges.flatMap(({ id, judgment }) => readingLines(`judge ${letters.get(id)}`, judgment)).join("\n"),
    claims: claims
      .map(({ id, faceId, judge, direction, label, verdict, statement, evidenceIds }) => {
        const tags = [faceId ?? "scene", `judge ${letters.get(judge)}`, `${direction} ${quoted(label)}`, verdict];
        return `${id} [${tags.join(", ")}] ${quoted(statement)} cites ${evidenceIds.join(" ")}`;
      })
      .join("\n"),
    evidence: evidenceLines(ledger.items().filter(({ id }) => cited.has(id))),
    answer:
      chair.capabilities.structuredOutput === "none" ? `${form}, by ${JSON.stringify(jsonSchemaOf(schema))}` : form,
  };
}

const SHOWN = 3;
const IN_WORDS = { faceOnly: "face only", contextOnly: "context only", integrated: "integrated" } as const;

function readingLines(judge: string, judgment: Judgment | null): string[] {
  return (judgment?.subjects ?? []).map((subject) => {
    const readings = READING_NAMES.map((name) => `${IN_WORDS[name]} ${firstLabels(subject[name])}`);
    return `${subject.faceId ?? "scene"}, ${judge}: ${readings.join("; ")}`;
  });
}

function firstLabels({ distribution }: Reading): string {
  if (distribution.length === 0) return "abstained";
  const first = [...distribution].sort((a, b) => b.probability - a.probability).slice(0, SHOWN);
  return first.map(({ label, probability }) => `${quoted(label)} ${probability.toFixed(2)}`).join(", ");
}

/**
 * The judgment that chosen claims make: these claims as its cues and its answer, and for each face the mean readings of
 * the judges that made them. What no claim was chosen for (appraisals, congruence) it does not say.
 */
export function chosenJudgment({
  claims,
  judges,
  chosen,
}: PanelResult & { readonly chosen: readonly string[] }): Judgment {
  const own = claims.filter(({ id }) => chosen.includes(id));
  const judgments = judges.flatMap(({ judgment }) => judgment ?? []);
  const faceIds = [...new Set(judgments.flatMap(({ subjects }) => subjects.map(({ faceId }) => faceId)))];
  const subjects = faceIds.map((faceId) => {
    const about = own.filter((claim) => claim.faceId === faceId);
    const followed = judges.filter(({ id }) => about.length === 0 || about.some(({ judge }) => judge === id));
    return subjectOf(faceId, about, { judges, followed: followed.flatMap(({ judgment }) => judgment ?? []) });
  });
  return { answer: answerOf(subjects, own), subjects };
}

function subjectOf(
  faceId: string | null,
  claims: readonly PanelClaim[],
  { judges, followed }: { readonly judges: Panel["judges"]; readonly followed: readonly Judgment[] },
): SubjectJudgment {
  const reading: Reading = { distribution: [], valence: null, arousal: null, abstention: "no judge gave a reading" };
  const bare: SubjectJudgment = {
    ...{ faceId, faceOnly: reading, contextOnly: reading, integrated: reading },
    cues: claims.flatMap((claim) => cueOf(claim, judges) ?? []),
    congruence: {
      ...{ verdict: "not assessable", kind: null, evidenceIds: [] },
      statement: "The judge of judges chooses among cues alone",
    },
    appraisals: [],
    alternatives: [],
  };
  const pooled = poolSubjects(followed);
  const [subject] = withPooledReadings({ answer: "", subjects: [bare] }, followed, { pooled, who: "judges" }).subjects;
  return subject ?? bare;
}

function answerOf(subjects: readonly SubjectJudgment[], chosen: readonly PanelClaim[]): string {
  return subjects
    .map(({ faceId, integrated }) => {
      const [top] = [...integrated.distribution].sort((a, b) => b.probability - a.probability);
      const reads = top === undefined ? "no reading" : `${top.label} (${top.probability.toFixed(2)})`;
      const cues = chosen
        .filter((claim) => claim.faceId === faceId)
        .map(({ statement, evidenceIds }) => `${statement.replace(/[.!?\s]+$/, "")} [${evidenceIds.join(" ")}].`);
      return [`${faceId ?? "Scene"}: ${reads}.`, ...cues].join(" ");
    })
    .join(" ");
}
