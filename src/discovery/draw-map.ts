import type { Discovery, Proposal } from "../domain/discovery.ts";
import type { SpaceDimension } from "../domain/expression-space.ts";
import { principalComponents, project } from "./principal-components.ts";
import type { Points } from "./spanning-tree.ts";

/** Coordinates that weigh at least this much of an axis' heaviest one are named on it. */
const NAMED_SHARE = 0.6;

/** Places every face on the two directions along which faces differ most, so that the axes can be named. */
export function drawMap(
  points: Points,
  ids: readonly string[],
  context: { readonly proposals: readonly Proposal[]; readonly dimensions: readonly SpaceDimension[] },
): Discovery["map"] {
  const owner = new Map(context.proposals.flatMap(({ id, members }) => members.map((member) => [member, id] as const)));
  if (points.count < 2) {
    return { axes: ["", ""], points: ids.map((id) => ({ id, x: 0, y: 0, proposal: owner.get(id) ?? null })) };
  }
  const components = principalComponents(points);
  const flat = project(points, components, points.dimensions < 2 ? [0] : [0, 1]);
  const axis = (component: number) => nameAxis(components.directions[component], context.dimensions);
  return {
    axes: [axis(0), axis(1)],
    points: ids.map((id, index) => ({
      id,
      x: flat.values[index * flat.dimensions] as number,
      y: flat.dimensions < 2 ? 0 : (flat.values[index * flat.dimensions + 1] as number),
      proposal: owner.get(id) ?? null,
    })),
  };
}

/** `more AU12 and happiness, less AU4`. */
function nameAxis(direction: Float64Array | undefined, dimensions: readonly SpaceDimension[]): string {
  if (direction === undefined) return "";
  const loadings = dimensions.map((dimension, index) => ({ name: dimension.name, value: direction[index] as number }));
  const heaviest = Math.max(...loadings.map(({ value }) => Math.abs(value)));
  const named = loadings
    .filter(({ value }) => Math.abs(value) >= NAMED_SHARE * heaviest)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, 3);
  const part = (word: string, sign: number) => {
    const names = named.filter(({ value }) => Math.sign(value) === sign).map(({ name }) => name);
    return names.length === 0 ? [] : [`${word} ${names.join(" and ")}`];
  };
  return [...part("more", 1), ...part("less", -1)].join(", ");
}
