import type { JSX } from "preact";
import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";

/** Agreement as its page shows it: each action unit with its name, which may be empty. */
export interface AgreementView extends Omit<StudyAgreement, "units"> {
  readonly units: readonly NamedUnit[];
}
export type NamedUnit = UnitAgreement & { readonly name: string };

const WIDTH_PX = 1100;
const ROW_PX = 24;
const HEAD_PX = 92;
const FOOT_PX = 34;
/** Okabe and Ito's colours, which people with colour blindness tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

interface Panel {
  readonly title: string;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly tickText: (value: number) => string;
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

const SEEN: Panel = {
  title: "Says present, share of faces",
  leftPx: 250,
  widthPx: 240,
  from: 0,
  to: 1,
  ticks: [0, 0.5, 1],
  tickText: percent,
};
const SAME: Panel = { ...SEEN, title: "All say the same", leftPx: 530, widthPx: 150 };
const KAPPA: Panel = {
  title: "Fleiss' kappa",
  leftPx: 720,
  widthPx: 150,
  from: -0.25,
  to: 1,
  ticks: [0, 0.5, 1],
  tickText: String,
};
const ICC: Panel = { ...KAPPA, title: "ICC(2,1), same scale", leftPx: 910, widthPx: 150 };

interface FigureProps {
  readonly agreement: AgreementView;
}

/**
 * How toolboxes agree, action unit by action unit, as an SVG image on a white ground of its own: how often each says
 * present, on how many faces all say the same, and that corrected for chance; for toolboxes on one scale, how their numbers
 * agree.
 */
export function AgreementFigure({ agreement: { faces, toolboxes, units } }: FigureProps) {
  const compared = units.filter(({ presence, intensity }) => presence.n > 0 || intensity.length > 0);
  const alone = units.filter((unit) => !compared.includes(unit)).map(({ au }) => au);
  const bottom = HEAD_PX + ROW_PX * compared.length;
  const height = bottom + FOOT_PX;
  const colours = new Map(toolboxes.map((toolbox, i) => [toolbox, COLOURS[i % COLOURS.length] as string]));
  const title = `Agreement of ${toolboxes.length} toolboxes on ${faces} faces`;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${WIDTH_PX} ${height}`}
      width={WIDTH_PX}
      height={height}
      font-family="DejaVu Sans, Arial, sans-serif"
      role="img"
      aria-label={title}
    >
      <rect width={WIDTH_PX} height={height} fill="#fff" />
      <Words x={16} y={24} font-size="15" font-weight="bold">
        {title}
      </Words>
      <Legend colours={colours} />
      {[SEEN, SAME, KAPPA, ICC].map((panel) => (
        <Axes key={panel.title} panel={panel} bottom={bottom} />
      ))}
      {compared.map((unit, row) => (
        <Row key={unit.au} unit={unit} y={HEAD_PX + ROW_PX * row + ROW_PX / 2} colours={colours} />
      ))}
      {alone.length === 0 ? null : (
        <Words x={16} y={bottom + 24} font-size="11" fill="#555">
          Nothing to compare, as fewer than two toolboxes decided on a face: {alone.join(", ")}
        </Words>
      )}
    </svg>
  );
}

function Words({ children, fill = "#222", ...place }: JSX.IntrinsicElements["text"]) {
  return (
    <text fill={fill} {...place}>
      {children}
    </text>
  );
}

type Colours = ReadonlyMap<string, string>;

function Legend({ colours }: { readonly colours: Colours }) {
  let left = 16;
  return (
    <>
      {[...colours].map(([toolbox, colour]) => {
        const at = left;
        left += 34 + toolbox.length * 7.5;
        return (
          <g key={toolbox}>
            <circle cx={at + 5} cy="42" r="5" fill={colour} />
            <Words x={at + 15} y={46} font-size="12">
              {toolbox}
            </Words>
          </g>
        );
      })}
    </>
  );
}

function Axes({ panel, bottom }: { readonly panel: Panel; readonly bottom: number }) {
  return (
    <>
      <Words x={panel.leftPx} y={HEAD_PX - 26} font-size="12" font-weight="bold">
        {panel.title}
      </Words>
      {panel.ticks.map((value) => (
        <g key={value}>
          <line x1={place(panel, value)} y1={HEAD_PX - 4} x2={place(panel, value)} y2={bottom} stroke="#ddd" />
          <Words x={place(panel, value)} y={HEAD_PX - 10} font-size="10" fill="#555" text-anchor="middle">
            {panel.tickText(value)}
          </Words>
        </g>
      ))}
    </>
  );
}

interface RowProps {
  readonly unit: NamedUnit;
  /** Of its middle. */
  readonly y: number;
}

function Row({ unit, y, colours }: RowProps & { readonly colours: Colours }) {
  const { fleissKappa } = unit.presence;
  return (
    <>
      <Words x={16} y={y + 4} font-size="12" font-weight="bold">
        {unit.au}
      </Words>
      <Words x={62} y={y + 4} font-size="12" fill="#333">
        {unit.name}
      </Words>
      <Seen unit={unit} y={y} colours={colours} />
      <Same unit={unit} y={y} />
      <Mark panel={KAPPA} value={fleissKappa} y={y} />
      <Intensity unit={unit} y={y} />
    </>
  );
}

function Seen({ unit: { toolboxes }, y, colours }: RowProps & { readonly colours: Colours }) {
  const shares = toolboxes.flatMap(({ toolbox, present, absent }) =>
    present + absent === 0 ? [] : [{ toolbox, share: present / (present + absent), n: present + absent }],
  );
  if (shares.length === 0) return null;
  const places = shares.map(({ share }) => place(SEEN, share));
  return (
    <>
      <line x1={Math.min(...places)} y1={y} x2={Math.max(...places)} y2={y} stroke="#999" stroke-width="2" />
      {shares.map(({ toolbox, share, n }) => (
        <circle key={toolbox} cx={place(SEEN, share)} cy={y} r="5" fill={colours.get(toolbox)} fill-opacity="0.85">
          <title>{`${toolbox}: present on ${percent(share)} of ${n} faces`}</title>
        </circle>
      ))}
    </>
  );
}

function Same({ unit: { presence }, y }: RowProps) {
  const { n, unanimousShare, contradictions } = presence;
  if (unanimousShare === null) return <Undefined panel={SAME} y={y} />;
  const width = place(SAME, unanimousShare) - SAME.leftPx;
  return (
    <>
      <rect x={SAME.leftPx} y={y - 6} width={SAME.widthPx} height="12" fill="#f0f0f0" />
      <rect x={SAME.leftPx} y={y - 6} width={width.toFixed(1)} height="12" fill="#8da9c4">
        <title>{`The same on ${percent(unanimousShare)} of ${n} faces, contradictions on ${contradictions}`}</title>
      </rect>
      <Words x={SAME.leftPx + SAME.widthPx + 4} y={y + 4} font-size="9" fill="#555">
        n {n}
      </Words>
    </>
  );
}

/** The largest group on each scale: pairs within it are in the table. */
function Intensity({ unit: { intensity }, y }: RowProps) {
  const largest = intensity.filter(
    (group) =>
      !intensity.some(({ scale, toolboxes }) => scale === group.scale && toolboxes.length > group.toolboxes.length),
  );
  return (
    <>
      {largest.map(({ icc21, toolboxes, scale, n }) => (
        <Mark key={scale} panel={ICC} value={icc21} y={y} about={`${toolboxes.join(", ")} on ${scale}, ${n} faces`} />
      ))}
    </>
  );
}

interface MarkProps {
  readonly panel: Panel;
  readonly value: number | null;
  readonly y: number;
  readonly about?: string;
}

function Mark({ panel, value, y, about = "" }: MarkProps) {
  if (value === null) return <Undefined panel={panel} y={y} />;
  const x = place(panel, value);
  return (
    <path d={`M${x} ${y - 6} L${x + 6} ${y} L${x} ${y + 6} L${x - 6} ${y} Z`} fill="#333">
      <title>{`${value.toFixed(2)}${about === "" ? "" : `: ${about}`}`}</title>
    </path>
  );
}

function Undefined({ panel, y }: Pick<MarkProps, "panel" | "y">) {
  return (
    <Words x={panel.leftPx} y={y + 4} font-size="10" fill="#666">
      not defined
    </Words>
  );
}

/** Values beyond the panel are drawn at its edge. */
function place({ leftPx, widthPx, from, to }: Panel, value: number): number {
  const share = (Math.min(to, Math.max(from, value)) - from) / (to - from);
  return Math.round((leftPx + share * widthPx) * 10) / 10;
}
