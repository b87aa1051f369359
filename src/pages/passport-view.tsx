import { capitalised } from "../domain/capitalised.ts";
import { groupBy } from "../domain/group-by.ts";
import type { Passport, PassportRow, PassportSection } from "../domain/passport.ts";
import { IntervalPlot } from "./charts.tsx";
import { FigureTable, intervalText, Scrolling, TitledTable } from "./figure-table.tsx";
import { number } from "./markup.ts";

/** What the figures of each section are, for those who did not make them; in the order in which they are shown. */
const SECTIONS: Readonly<Record<PassportSection, string>> = {
  "FACS agreement":
    "Agreement index of each face: twice the action units that both coder and toolbox name, over all that either names, as two coders are compared. Certified coders reach about .8 with each other.",
  expressions:
    "The label that was read against the label that people gave; where there are votes, how far the reading is from them (KL divergence in nats, 0 for none).",
  "action units":
    "AUC is the chance that a face that shows the action unit has the higher value, .5 by chance. F1 is of calls of present. ECE is how far probabilities are from shares.",
  "faces at rest": "What is called present on faces that were labelled neutral, or coded without any action unit.",
  "test-retest": "The same faces measured again in changed images. Nothing of this is about being right.",
  asymmetry:
    "How the difference of left and right agrees with the one in the mirrored image. Under .9, do not claim a side.",
  "head turn": "Figures by how far the head is turned to either side (yaw), and lowered or raised (pitch).",
  groups: "Figures by group, and their difference from all others together.",
};

/** A passport as its page shows it: each row with what it is of in words. */
export interface PassportView extends Omit<Passport, "rows"> {
  readonly rows: readonly (PassportRow & { readonly name: string })[];
}

type Row = PassportView["rows"][number];

/** How well faces are measured, on images that people labelled. */
export function PassportShown({ passport }: { readonly passport: PassportView }) {
  const { faces, subjects, rows, tables, notes, paragraph, kuleshovVersion } = passport;
  const sections = groupBy(rows, ({ section }) => section);
  return (
    <>
      <p class="soft">
        Kuleshov {kuleshovVersion}. {faces} labelled {faces === 1 ? "face" : "faces"}
        {subjects === null ? "" : `, ${subjects} ${subjects === 1 ? "person" : "people"}`}.
      </p>
      <h2>For a paper</h2>
      <p>{paragraph}</p>
      {notes.length === 0 ? null : (
        <>
          <h2>To beware of</h2>
          <ul class="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      {(Object.keys(SECTIONS) as PassportSection[]).map((section) => (
        <Section key={section} section={section} rows={sections.get(section) ?? []} />
      ))}
      {tables.map((table) => (
        <TitledTable key={table.title} table={table} />
      ))}
    </>
  );
}

function Section({ section, rows }: { readonly section: PassportSection; readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{capitalised(section)}</h2>
      <p>{SECTIONS[section]}</p>
      <div class="plots">
        {[...groupBy(rows, ({ measure }) => measure)].map(([measure, some]) => (
          <Plot key={measure} of={section} measure={measure} rows={some} />
        ))}
      </div>
      <details>
        <summary>The numbers</summary>
        <FigureTable
          name={`${capitalised(section)} in numbers`}
          columns={["of", "source", "measure", "# value", "95 % interval", "# n", "# unscored"]}
          rows={rows.map(({ name, source, measure, estimate }) => [
            ...[name, source, measure, number(estimate.value), intervalText(estimate, "–")],
            ...[estimate.n, estimate.unscored],
          ])}
        />
      </details>
    </>
  );
}

interface PlotProps {
  readonly of: PassportSection;
  readonly measure: string;
  readonly rows: readonly Row[];
}

function Plot({ of, measure, rows }: PlotProps) {
  const sources = new Set(rows.map(({ source }) => source));
  const drawn = rows.flatMap(({ name, source, estimate: { value, low, high } }) => {
    if (value === null) return [];
    const parts = [name, ...(sources.size > 1 || name === "" ? [source] : [])].filter((part) => part !== "");
    return [{ name: parts.join(" · "), value, low, high }];
  });
  return (
    <section>
      <h3>{measure}</h3>
      {drawn.length === 0 ? (
        <p class="soft">Unscored: nothing here could be compared.</p>
      ) : (
        <Scrolling name={`${capitalised(of)}: ${measure}`}>
          <IntervalPlot rows={drawn} title={measure} zero={measure.includes("less that")} />
        </Scrolling>
      )}
    </section>
  );
}
