import type {
  ActionUnitMeasurement,
  ExpressionReading,
  FaceMeasurement,
  ToolboxScore,
  ToolboxSupport,
} from "../../domain/measurement.ts";
import { BLENDSHAPE_UNITS, unitsOfBlendshapes } from "../../facs/blendshape-map.ts";
import type { NetworkManifest, NetworkReading } from "../../networks/manifest.ts";
import type { Reading } from "../../networks/readings.ts";

/** What a network can measure by its manifest. `toolbox` is also the source of its expressions. */
export function supportOf({ readings }: NetworkManifest, toolbox: string): ToolboxSupport {
  const expressions = readings.flatMap((one) =>
    one.kind === "expression" ? one.labels.map(({ label }) => label) : [],
  );
  return {
    actionUnits: readings.flatMap(supportedUnits),
    expressions: [...new Set(expressions)].sort(),
    ...(expressions.length === 0 ? {} : { expressionSources: [toolbox] }),
  };
}

function supportedUnits(reading: NetworkReading): ToolboxSupport["actionUnits"] {
  if (reading.kind === "blendshapes") {
    return BLENDSHAPE_UNITS.map(({ au, sides }) => ({ au, sides, scale: "percent-0-100" as const }));
  }
  if (reading.kind !== "action-units") return [];
  const { scale, units } = reading;
  const isSided = (au: string) => units.some((unit) => unit.au === au && unit.side !== "both");
  return [...new Set(units.map(({ au }) => au))].map((au) => ({ au, scale, sides: isSided(au) }));
}

/**
 * A network's readings as measurements. Valence, arousal and blendshapes are scores in their own ranges. Action units
 * that blendshapes suggest are estimates in percent of a full blendshape; those that the network itself answers are not.
 */
export function measurementsOf(
  readings: readonly Reading[],
  toolbox: string,
): Pick<FaceMeasurement, "actionUnits" | "expressions" | "scores"> {
  const scores = readings.flatMap(scoresOf);
  return {
    actionUnits: readings.flatMap((reading) => unitsOf(reading, toolbox)),
    expressions: readings.flatMap((reading): ExpressionReading[] =>
      reading.kind === "expression" ? [{ source: toolbox, distribution: [...reading.distribution] }] : [],
    ),
    ...(scores.length === 0 ? {} : { scores }),
  };
}

function scoresOf(reading: Reading): ToolboxScore[] {
  if (reading.kind === "valence-arousal") {
    return (["valence", "arousal"] as const).map((name) => ({ name, value: reading[name], range: "-1..1" }));
  }
  return reading.kind === "blendshapes" ? reading.values.map((one) => ({ ...one, range: "0..1" })) : [];
}

function unitsOf(reading: Reading, toolbox: string): ActionUnitMeasurement[] {
  if (reading.kind === "action-units") {
    const { scale } = reading;
    return reading.units.map((unit) => ({ ...unit, scale, estimated: false, weight: null, toolbox }));
  }
  if (reading.kind !== "blendshapes") return [];
  const coefficients = new Map(reading.values.map(({ name, value }) => [name, value]));
  return unitsOfBlendshapes(coefficients).map(({ au, side, share }) => {
    const value = Math.min(1, Math.max(0, share)) * 100;
    return { au, side, value, scale: "percent-0-100", estimated: true, weight: null, toolbox };
  });
}
