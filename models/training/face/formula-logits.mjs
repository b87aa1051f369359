// What the formulas of action units alone give for a measured face: logits before recalibration and skin, which therefore do not
// depend on the numbers that are fitted to them.
import { readActionUnitModel } from "../../../dist/src/adapters/mesh/action-unit-model.js";
import { actionUnitLogits } from "../../../dist/src/adapters/mesh/action-units.js";
import { withSmile } from "../../../dist/src/adapters/mesh/face-features.js";

const model = await readActionUnitModel();
const formulas = model.ausAppearance.map((formula) => ({ ...formula, sided: true }));

/** Logits of the whole face (`both`) and of its sides, of each unit that is not covered: `[[au, { both, left, right }], ...]`. */
export function formulaLogits({ features, actionUnits }) {
  const measured = new Set(actionUnits.map(({ au }) => au));
  const of = (pick) => new Map(model.features.map(({ name }) => [name, pick(features[name])]));
  const [left, right] = [of((feature) => feature.left), of((feature) => feature.right)];
  const both = of((feature) => (feature.left + feature.right) / 2);
  return actionUnitLogits(formulas, withSmile(model, { left, right, both }), new Map())
    .filter(({ formula }) => measured.has(`AU${formula.au}`))
    .map(({ formula, ...logits }) => [formula.au, logits]);
}
