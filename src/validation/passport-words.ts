import { groupBy } from "../domain/group-by.ts";
import type { Passport, PassportRow } from "../domain/passport.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import type { LabelledFace } from "./labelled-faces.ts";
import type { TruthTable } from "./read-truth.ts";

/** Under so many people a bootstrap over people is too narrow (Cameron, Gelbach and Miller 2008: five to thirty). */
const ENOUGH_PEOPLE = 20;

interface Counts extends Pick<Passport, "faces" | "subjects" | "notFound" | "kuleshovVersion"> {
  readonly otherLabels: TruthTable["otherLabels"];
  readonly problems: number;
}

/** What to beware of, one sentence each. */
export function notesOn(
  faces: readonly LabelledFace[],
  { subjects, notFound, otherLabels, problems }: Counts,
): string[] {
  const coded = faces.filter(({ truth }) => truth.codes !== null);
  const lost = coded.filter(({ measured }) => measured.measurements.length === 0).length;
  const people = new Set(faces.map(({ truth }) => truth.subject)).size;
  const labels = [...otherLabels].map(([label, count]) => `${label} (${count})`).join(", ");
  const told = [
    subjects === null &&
      "No column says who is who: intervals take every image for a person of its own, and are too narrow where people return.",
    subjects === 1 && "All faces are of one person: there are no intervals, and nothing is known of other people.",
    subjects !== 1 &&
      people < ENOUGH_PEOPLE &&
      `Intervals rest on ${subjects === null ? count(people, "image") : `${people} people`}: under ${ENOUGH_PEOPLE} they are too narrow, and one without width is no certainty.`,
    notFound > 0 &&
      `No face was found for ${count(notFound, "row")}${lost > 0 ? `, ${lost} of them with codes` : ""}: they are unscored, not wrong.`,
    coded.length > 0 &&
      coded.length < faces.length &&
      `${count(faces.length - coded.length, "face")} without codes take no part in the figures of action units.`,
    ...unread(faces),
    labels !== "" && `Labels that are none of the eight take no part in the figures of expressions: ${labels}.`,
    problems > 0 && `${count(problems, "row")} of the table could not be used.`,
  ];
  return told.filter((sentence) => sentence !== false);
}

/** Of each judge that failed on faces, on how many, and why on the first. */
function unread(faces: readonly LabelledFace[]): string[] {
  const failed = faces.flatMap(({ measured }) => measured.readings.filter(({ failure }) => failure !== null));
  return [...groupBy(failed, ({ source }) => source)].map(
    ([source, readings]) =>
      `${source}: no reading of ${count(readings.length, "face")}, unscored and not wrong; the first failed as follows: ${readings[0]?.failure}`,
  );
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** What a paper says of it: how many faces, and the figures that it rests on, with their intervals. */
export function paragraphOf({
  faces,
  subjects,
  notFound,
  kuleshovVersion,
  rows,
  judges,
}: Omit<Passport, "notes" | "tables" | "paragraph"> & { readonly judges: ReadonlySet<string> }): string {
  const people = subjects === null ? "" : ` of ${count(subjects, "person").replace("persons", "people")}`;
  const over = subjects === null ? "images" : "people";
  const figure = (section: PassportRow["section"], measure: string) =>
    rows.filter(
      (row) => row.section === section && row.measure === measure && row.of === "" && row.estimate.value !== null,
    );
  const sentences = [
    ...figure("FACS agreement", "agreement index").map(
      ({ source, estimate }) =>
        `The agreement index of ${source} with the codes was ${told(estimate)} (n = ${estimate.n}).`,
    ),
    ...figure("expressions", "accuracy")
      .filter(({ source }) => judges.has(source))
      .map(
        ({ source, estimate }) =>
          `The expression read from the face alone was the given label on a share of ${told(estimate)} of the faces (${source}; n = ${estimate.n}).`,
      ),
    ...figure("faces at rest", "any action unit called present").map(
      ({ source, estimate }) =>
        `On faces at rest, ${source} called at least one action unit present on a share of ${told(estimate)} (n = ${estimate.n}).`,
    ),
  ];
  return [
    `Measurements were validated with Kuleshov ${kuleshovVersion} on ${count(faces, "labelled face")}${people}.`,
    ...(notFound === 0 ? [] : [`No face was found for ${notFound} of them.`]),
    ...sentences,
    `Brackets are 95 % intervals of a bootstrap over ${over} (BCa).`,
  ].join(" ");
}

function told({ value, low, high }: Estimate): string {
  const digits = (number: number) => number.toFixed(2).replace(/^(-?)0\./, "$1.");
  const interval = low === null || high === null ? "" : ` [${digits(low)}, ${digits(high)}]`;
  return `${value === null ? "unscored" : digits(value)}${interval}`;
}
