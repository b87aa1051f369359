import { groupBy } from "../../domain/group-by.ts";
import type { SubjectJudgment } from "../../domain/judgment.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import type { JudgedSubject } from "./judge-evidence.ts";
import { topLabel } from "./name-congruence.ts";

/** Closes every answer, so that nobody takes the baseline for a language model. */
const WHO_ANSWERS =
  "This is the rules baseline, Bayesian cue integration over measurements and a small word table, not a language model.";

/** A reading whose first label has less than this is called open. */
const CLEAR_FROM = 0.5;
/** More faces than this are counted instead of named. */
const NAMED_FACES = 4;

/** The answer in two to four sentences, in perceived and expressed terms and in the labels of the judgment. */
export function answerText(subjects: readonly JudgedSubject[]): string {
  const [first] = subjects;
  if (first === undefined || first.face === null) return `${sceneSentence(first)} ${WHO_ANSWERS}`;
  const sentences = subjects.length === 1 ? [faceSentence(first), contextSentence(first)] : crowdSentences(subjects);
  return [...sentences, WHO_ANSWERS].join(" ");
}

function sceneSentence(subject: JudgedSubject | undefined): string {
  const reading = subject?.judgment.integrated;
  if (reading === undefined || reading.abstention !== null) {
    const why = subject?.context.abstention ?? "no context was given";
    return `No face was found, and nothing is known of the situation: ${lower(why)}.`;
  }
  const expected = withShare(reading.distribution);
  return `No face was found, so only the context speaks: ${situations(subject)} leads one to expect ${expected}.`;
}

function faceSentence({ judgment }: JudgedSubject): string {
  const { faceOnly } = judgment;
  if (faceOnly.abstention !== null) return `The face alone says nothing: ${lower(faceOnly.abstention)}.`;
  const reasons = reasonsFor(judgment, topLabel(faceOnly.distribution));
  return `The face alone is perceived as ${expressing(faceOnly.distribution)}${reasons === "" ? "" : `: ${reasons}`}.`;
}

/** The face's own words, at most three, from its cues for this label. */
function reasonsFor({ cues }: SubjectJudgment, label: string): string {
  const clauses = cues
    .filter((cue) => cue.label === label && cue.direction === "for" && cue.actionUnits.length > 0)
    .slice(0, 3)
    .map(({ statement }) => lower(statement));
  return listed(clauses);
}

function contextSentence(subject: JudgedSubject): string {
  const { faceOnly, contextOnly, integrated } = subject.judgment;
  if (contextOnly.abstention !== null) return `${contextOnly.abstention}, so this rests on the face.`;
  const expected = `The context, ${situations(subject)}, leads one to expect ${withShare(contextOnly.distribution)}`;
  if (faceOnly.abstention !== null) return `${expected}, and nothing else is known.`;
  const together = withShare(integrated.distribution);
  return topLabel(faceOnly.distribution) === topLabel(contextOnly.distribution)
    ? `${expected} as well, which makes it ${together} together.`
    : `${expected}; weighed together, the perceived expression is ${together}.`;
}

function crowdSentences(subjects: readonly JudgedSubject[]): string[] {
  const read = subjects.map(({ judgment }) => judgment).filter(({ integrated }) => integrated.abstention === null);
  const unread = subjects.length - read.length;
  const rest = unread === 0 ? "" : `; ${unread === 1 ? "one is" : `${unread} are`} not read`;
  if (read.length === 0) return [`None of ${subjects.length} faces is read.`, crowdContext(subjects)];
  const few = subjects.length <= NAMED_FACES;
  const said = few ? [...groupBy(read, kindOf).values()].map(namedGroup).join("; ") : counted(read);
  return [`Of ${subjects.length} faces, ${said}${rest}.`, crowdContext(subjects)];
}

/** Faces that are read alike share a clause; one without a clear reading has its own. */
function kindOf({ faceId, integrated }: SubjectJudgment): string {
  const [first] = sorted(integrated.distribution);
  return first !== undefined && first.probability >= CLEAR_FROM ? first.label : `open ${faceId}`;
}

/** "F1 (0.98) and F3 (0.99) are perceived as expressing happiness, as the lip corners are pulled up (AU12) on each". */
function namedGroup(group: readonly SubjectJudgment[]): string {
  const [first] = group;
  if (first === undefined) throw new RangeError("A group of faces has a first face");
  const label = topLabel(first.integrated.distribution);
  const because = sharedReasons(group, label);
  if (group.length === 1)
    return `${first.faceId} is perceived as ${expressing(first.integrated.distribution)}${because}`;
  const faces = group.map(({ faceId, integrated }) => `${faceId} (${withoutLabel(integrated.distribution)})`);
  return `${listed(faces)} are perceived as ${named(label)}${because}${because === "" ? "" : " on each"}`;
}

/** What speaks for the label on every face of the group, at most two clauses. */
function sharedReasons(group: readonly SubjectJudgment[], label: string): string {
  const [first, ...others] = group.map(({ cues }) =>
    cues
      .filter((cue) => cue.label === label && cue.direction === "for" && cue.actionUnits.length > 0)
      .map(({ statement }) => statement),
  );
  const shared = (first ?? []).filter((statement) => others.every((statements) => statements.includes(statement)));
  return shared.length === 0 ? "" : `, as ${listed(shared.slice(0, 2).map(lower))}`;
}

/** "7 are perceived as expressing happiness and 2 as neutral". */
function counted(read: readonly SubjectJudgment[]): string {
  const counts = new Map<string, number>();
  for (const { integrated } of read) {
    const label = topLabel(integrated.distribution);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const parts = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([label, count], at) => {
      const verb = at === 0 ? `${count === 1 ? "is" : "are"} perceived as` : "as";
      return `${count} ${verb} ${named(label)}`;
    });
  return listed(parts);
}

function crowdContext(subjects: readonly JudgedSubject[]): string {
  const situated = subjects.find(({ judgment }) => judgment.contextOnly.abstention === null);
  if (situated === undefined) {
    return `${subjects[0]?.judgment.contextOnly.abstention ?? "No context was given"}, so this rests on the faces.`;
  }
  const expected = withShare(situated.judgment.contextOnly.distribution);
  return `The context, ${situations(situated)}, leads one to expect ${expected} and is weighed in for each face alike.`;
}

/** What the context tells of: "winning and a celebration". */
function situations(subject: JudgedSubject | undefined): string {
  return listed([...new Set((subject?.context.cues ?? []).map(({ cue }) => cue.says))].slice(0, 3));
}

function expressing(distribution: readonly LabelProbability[]): string {
  const [first, second] = sorted(distribution);
  if (first === undefined) throw new RangeError("A distribution without labels expresses nothing");
  if (first.probability >= CLEAR_FROM || second === undefined) return `${named(first.label)} (${share(first)})`;
  return `open between ${first.label} (${share(first)}) and ${second.label} (${share(second)})`;
}

function named(label: string): string {
  return label === "neutral" ? "neutral" : `expressing ${label}`;
}

function withShare(distribution: readonly LabelProbability[]): string {
  const label = topLabel(distribution);
  const top = distribution.find((entry) => entry.label === label);
  return top === undefined ? label : `${label} (${share(top)})`;
}

function withoutLabel(distribution: readonly LabelProbability[]): string {
  const [first] = sorted(distribution);
  return first === undefined ? "" : share(first);
}

function sorted(distribution: readonly LabelProbability[]): LabelProbability[] {
  return [...distribution].sort((a, b) => b.probability - a.probability);
}

function share({ probability }: LabelProbability): string {
  return probability.toFixed(2);
}

function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function lower(text: string): string {
  // A code such as AU12 keeps its capitals.
  return /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
