import { z } from "zod";
import { DEFAULT_QUESTION } from "../../domain/question.ts";
import type { AnswerShape } from "../../judging/answer-format.ts";
import { quoted } from "../../judging/prompt-library.ts";
import type { Cell } from "../../platform/tables/write-table.ts";
import { type Answer, type AnsweredReading, NO_READING } from "../answer.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Rubric } from "../file/rubric.ts";
import type { RunSummary } from "../results/summarise.ts";
import { filledText } from "../runner/variables.ts";
import type { Sample } from "../sample.ts";

/** What a judge model is told of an answer that it grades: all that its prompt is filled with. */
export function rubricVariables(answer: Answer, sample: Sample, file: EvalFile): Readonly<Record<string, string>> {
  return {
    question: quoted(questionOf(sample, file)),
    context: sample.context === null ? "none" : quoted(sample.context),
    answer: answerText(answer),
    criteria: criteriaText(file, sample),
  };
}

function questionOf(sample: Sample, file: EvalFile): string {
  return sample.question ?? file.question ?? DEFAULT_QUESTION;
}

/** The criteria as they are asked about one sample. @throws {ConfigurationError} for a variable that it has no cell for. */
export function criteriaText(file: EvalFile, sample: Sample): string {
  const lines = criteriaOf(file, sample).map(({ name, asked, levels }) => `- ${name}: ${asked} (${levels})`);
  return `\n${lines.join("\n")}`;
}

function criteriaOf(file: EvalFile, sample: Sample) {
  return file.rubric.map(({ name, rubric, levels }) => ({
    name,
    asked: filledText(rubric, `criterion "${name}"`, { sample, file }),
    levels: levels.map((level, grade) => `${grade} = ${level}`).join("; "),
  }));
}

/**
 * The table for people to fill in: every answer by every criterion, in the words in which the judge is told of them. It does not say
 * what the judge thought, nor who answered.
 */
export function gradesToGive({ cells }: RunSummary, file: EvalFile): Readonly<Record<string, Cell>>[] {
  return cells
    .flatMap(({ scorers }) => scorers[0]?.calls ?? [])
    .flatMap(({ record: { answer, call }, sample }) =>
      answer === null
        ? []
        : criteriaOf(file, sample).map(({ name, asked, levels }) => ({
            ...{ sample: sample.id, question: questionOf(sample, file), context: sample.context },
            ...{ answer: answerText(answer), criterion: name, asked, levels, rater: null, grade: null, call },
          })),
    );
}

/** What was chosen, or the readings, and the words for it; never how sure the program is of it. */
function answerText({ choice, explanation, ...readings }: Answer): string {
  const given = {
    ...(choice === null ? {} : { choice }),
    ...readingIn("faceOnly", readings.faceOnly),
    ...readingIn("contextOnly", readings.contextOnly),
    ...readingIn("integrated", readings.integrated),
    explanation,
  };
  return JSON.stringify(given);
}

function readingIn(name: string, reading: AnsweredReading): Readonly<Record<string, unknown>> {
  if (JSON.stringify(reading) === JSON.stringify(NO_READING)) return {};
  const { distribution, valence, arousal } = reading;
  const labels = distribution?.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`) ?? null;
  return { [name]: { labels, valence, arousal } };
}

/** By criterion. */
export type Grades = Readonly<Record<string, { readonly reason: string; readonly grade: number }>>;

const schemas = new WeakMap<Rubric, z.ZodType<Grades>>();

function schemaOf(rubric: Rubric): z.ZodType<Grades> {
  const known = schemas.get(rubric);
  if (known !== undefined) return known;
  const shape = rubric.map(({ name, levels }) => {
    const grade = z
      .int()
      .min(0)
      .max(levels.length - 1);
    return [name, z.strictObject({ reason: z.string(), grade })] as const;
  });
  const made = z.strictObject(Object.fromEntries(shape)) as z.ZodType<Grades>;
  schemas.set(rubric, made);
  return made;
}

export function gradesAnswer(rubric: Rubric): AnswerShape {
  return { name: "grades", description: "A grade by every criterion.", schema: schemaOf(rubric) };
}

/** Reads the grades out of a reply, or says what is wrong with it. */
export function readGrades(
  json: object | undefined,
  rubric: Rubric,
): { readonly grades: Grades } | { readonly problem: string } {
  if (json === undefined) return { problem: "there is no JSON object in it" };
  const parsed = schemaOf(rubric).safeParse(json);
  if (parsed.success) return { grades: parsed.data };
  const issue = parsed.error.issues[0];
  return { problem: `its ${issue?.path.join(".") || "content"} is wrong (${issue?.message})` };
}
