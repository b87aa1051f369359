import { AgreementFigure, type AgreementView, type NamedUnit } from "./agreement-figure.tsx";
import { FigureTable, Scrolling } from "./figure-table.tsx";

const NOTES = [
  "Each toolbox decides on its own scale whether an action unit is present or absent; values in between are uncertain and count for neither.",
  "A toolbox that cannot measure an action unit, or did not find the face, says nothing about it: that is not a vote for absent.",
  "Fleiss' kappa is agreement corrected for chance. Where an action unit is hardly ever shown it is low or undefined even when all agree: read it beside the share.",
  "Intensities are compared only between toolboxes on the same scale, as ICC(2,1), absolute agreement, and ICC(3,1), consistency.",
] as const;

const COLUMNS = [
  ...["AU", "name", "present / absent / uncertain", "# faces compared", "# same", "# contradictions", "# kappa"],
  ...["pairs", "intensity"],
];

/** How far the toolboxes of a study agree. */
export function AgreementShown({ agreement }: { readonly agreement: AgreementView }) {
  const { faces, leftOut = [], units } = agreement;
  return (
    <div class="agreement">
      <p>{faces} faces.</p>
      {leftOut.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <ul class="notes">
        {NOTES.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <Scrolling name="Agreement as a figure">
        <AgreementFigure agreement={agreement} />
      </Scrolling>
      <h2>By action unit</h2>
      <FigureTable name="Agreement by action unit" columns={COLUMNS} rows={units.map(cellsOf)} />
    </div>
  );
}

function cellsOf({ au, name, toolboxes, presence, intensity }: NamedUnit) {
  return [
    ...[au, name],
    <Lines
      key="counts"
      of={toolboxes.map(
        ({ toolbox, present, absent, uncertain }) => `${toolbox}: ${present} / ${absent} / ${uncertain}`,
      )}
    />,
    ...[presence.n, presence.unanimousShare === null ? "-" : `${Math.round(presence.unanimousShare * 100)} %`],
    ...[presence.contradictions, number(presence.fleissKappa)],
    <Lines
      key="pairs"
      of={presence.pairs.map((pair) => `${pair.toolboxes.join(" and ")}: kappa ${number(pair.kappa)} (n ${pair.n})`)}
    />,
    <Lines
      key="intensity"
      of={intensity.map(
        (group) =>
          `${group.toolboxes.join(", ")} on ${group.scale}: ICC(2,1) ${number(group.icc21)}, ICC(3,1) ${number(group.icc31)} (n ${group.n})`,
      )}
    />,
  ];
}

function Lines({ of }: { readonly of: readonly string[] }) {
  return (
    <>
      {of.map((text) => (
        <div key={text}>{text}</div>
      ))}
    </>
  );
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}
