import type { NewEvidence } from "../domain/evidence.ts";
import type {
  ActionUnitMeasurement,
  FaceMeasurement,
  NeutralReference,
  Side,
  ToolboxSupport,
} from "../domain/measurement.ts";
import { MINIMUM_WEIGHT, presenceOf } from "../domain/presence.ts";
import { nameWithCode } from "../facs/action-units.ts";

/** Action units of one measurement as items, whole face and sides apart. */
export function actionUnitEvidence(
  faceId: string,
  { actionUnits, neutral }: Pick<FaceMeasurement, "actionUnits" | "neutral">,
): NewEvidence[] {
  return actionUnits.map((measurement) => itemOf(faceId, measurement, neutral));
}

function itemOf(faceId: string, measurement: ActionUnitMeasurement, neutral?: NeutralReference): NewEvidence {
  const { au, side, value, scale, weight, toolbox } = measurement;
  const presence = presenceOf(measurement);
  return {
    kind: "action-unit",
    faceId,
    region: null,
    statement: statementOf(measurement, presence, neutral),
    value: { type: "action-unit", au, side, value, scale, presence, weight },
    source: { type: "toolbox", name: toolbox },
  };
}

const SIDE_WORDS: Readonly<Record<Side, string>> = { both: "", left: " on the left side", right: " on the right side" };

function statementOf(measurement: ActionUnitMeasurement, presence: string, neutral?: NeutralReference): string {
  const { au, side, weight, estimated } = measurement;
  const notes = [
    ...(estimated ? ["estimated"] : []),
    ...(neutral === undefined ? [] : [`against the person's own resting face ${neutral.sha256.slice(0, 12)}`]),
    ...(weight === null ? [] : [`weight ${weight.toFixed(2)}`]),
    ...(weight !== null && weight < MINIMUM_WEIGHT ? ["too low to say anything either way"] : []),
  ];
  const value = valueText(measurement);
  return `${nameWithCode(au)}${SIDE_WORDS[side]} is ${presence}: ${value}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

function valueText({ value, scale }: ActionUnitMeasurement): string {
  switch (scale) {
    case "probability":
      return `probability ${value.toFixed(2)}`;
    case "intensity-0-5":
      return `intensity ${value.toFixed(1)} of 5`;
    case "percent-0-100":
      return `${value.toFixed(0)} of 100`;
    case "binary":
      return value >= 0.5 ? "coded 1" : "coded 0";
    case "log-odds":
      return `log-odds ${value.toFixed(2)}`;
  }
}

/** The units that a toolbox can measure and did not measure here, as one item. */
export function unmeasuredActionUnits(
  faceId: string,
  { toolbox, actionUnits }: FaceMeasurement,
  supports: ToolboxSupport,
): NewEvidence[] {
  const measured = new Set(actionUnits.map(({ au }) => au));
  const missing = [...new Set(supports.actionUnits.map(({ au }) => au))].filter((au) => !measured.has(au));
  if (missing.length === 0) return [];
  return [
    {
      kind: "action-unit",
      faceId,
      region: null,
      statement: `Not measured here by ${toolbox}, although it can: ${missing.join(", ")}`,
      value: { type: "not-measured", reason: `${toolbox} gave no value for ${missing.join(", ")} on this face` },
      source: { type: "toolbox", name: toolbox },
    },
  ];
}
