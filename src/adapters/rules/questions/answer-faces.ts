import { smileTypeAnswer } from "./answer-facs.ts";
import {
  type AnswerScene,
  citing,
  cuesAbout,
  type JudgedFace,
  listed,
  NAMED_FACES,
  readAs,
  readingIds,
  share,
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import {
  levelOf,
  nameOf,
  notRead,
  orderOf,
  presentOn,
  scaleOf,
  shownName,
  TIED_WITHIN,
  unitItems,
} from "./target-levels.ts";

interface Ordered {
  readonly target: Target;
  readonly most: boolean;
}

interface Placed {
  readonly face: JudgedFace;
  readonly level: number;
}

/** A level below this is hardly any of it: being the first then says little. Set by hand, not fitted. */
const HARDLY = 0.2;

/** The face with the most or least of something, by name. */
export function whichAnswer({ target, most }: Ordered, scene: AnswerScene): string {
  const placed = inOrder({ target, most }, scene);
  const [first, ...others] = placed;
  if (first === undefined) return notRead(target, scene);
  const tied = [first, ...others.filter(({ level }) => Math.abs(level - first.level) < TIED_WITHIN)];
  const name = nameOf(target);
  const told = tied.map((one) => withLevel(target, one));
  const ids = tied.flatMap(({ face }) => evidenceFor(target, face, scene).slice(0, tied.length === 1 ? 4 : 1));
  if (target.type !== "affect" && most && first.level < HARDLY) return hardlyAny(name, placed, scene);
  const placedAs = placeOf({ target, most }, tied.length > 1);
  const unread = scene.faces.filter((one) => placed.every(({ face }) => face !== one)).map(({ faceId }) => faceId);
  const without = unread.length === 0 ? [] : [`Of ${listed(unread)} it was not measured.`];
  return [`${listed(told)} ${placedAs}${citing(ids)}.`, ...restOf(target, placed.slice(tied.length)), ...without].join(
    " ",
  );
}

function placeOf({ target, most }: Ordered, isOfSeveral: boolean): string {
  if (target.type === "affect")
    return `${isOfSeveral ? "have" : "has"} the ${extentOf({ target, most })} ${target.dimension}`;
  if (target.type === "label")
    return `${isOfSeveral ? "show" : "shows"} the ${extentOf({ target, most })} ${target.label}`;
  return `${isOfSeveral ? "come" : "comes"} ${most ? "first" : "last"} by ${orderOf(target)}`;
}

/** Of a scale with two ends, which of them comes first. */
function extentOf({ target, most }: Ordered): string {
  if (target.type !== "affect") return most ? "most" : "least";
  return most === (target.end === "high") ? "highest" : "lowest";
}

/** `F1 (0.83)`; of a scale with two ends its own number, whichever end was asked for. */
function withLevel(target: Target, { face, level }: Placed): string {
  const isTurned = target.type === "affect" && target.end === "low";
  return `${face.faceId} (${share(isTurned ? -level : level)})`;
}

/** Being the first of those that show hardly any of it is no answer by itself. */
function hardlyAny(name: string, placed: readonly Placed[], { faces }: AnswerScene): string {
  const nearest = placed.slice(0, 2).map(({ face, level }) => `${face.faceId} (${share(level)})`);
  const read = faces.slice(0, NAMED_FACES).map((face) => `${readAs(face)}${citing(readingIds(face).slice(0, 2))}`);
  return `No face clearly shows ${name}; nearest to it ${nearest.length === 1 ? "is" : "are"} ${listed(nearest)}, and ${listed(read)}.`;
}

function restOf(target: Target, placed: readonly Placed[]): string[] {
  if (placed.length === 0) return [];
  const told = placed.slice(0, 4).map((one) => withLevel(target, one));
  const ids = placed.slice(0, 4).flatMap(({ face }) => readingIds(face).slice(0, 1));
  return [`Then ${placed.length === 1 ? "comes" : "come"} ${listed(told)}${citing(ids)}.`];
}

/** All faces in order. */
export function rankAnswer(ordered: Ordered, scene: AnswerScene): string {
  const placed = inOrder(ordered, scene);
  if (placed.length === 0) return notRead(ordered.target, scene);
  const told = withTies(placed).map(
    ({ rank, tied }) => `${rank}) ${listed(tied.map((one) => withLevel(ordered.target, one)))}`,
  );
  const unread = scene.faces.length - placed.length;
  const rest = unread === 0 ? "" : `; ${unread} of ${scene.faces.length} faces could not be read`;
  const ids = placed.flatMap(({ face }) => evidenceFor(ordered.target, face, scene).slice(0, 1));
  const [target, name] = [ordered.target, nameOf(ordered.target)];
  const isHardly = target.type === "label" && placed.every(({ level }) => level < HARDLY);
  const hardly = isHardly ? ` No face clearly shows ${name}.` : "";
  return `By ${orderOf(target)}, ${extentOf(ordered)} first: ${told.join(", ")}${rest}${citing(ids)}.${hardly}`;
}

/** Faces whose levels are alike share a place: a difference of nothing is no order. */
function withTies(placed: readonly Placed[]): { readonly rank: number; readonly tied: readonly Placed[] }[] {
  const places: { rank: number; tied: Placed[] }[] = [];
  placed.forEach((one, at) => {
    const last = places.at(-1);
    const first = last?.tied[0];
    if (last !== undefined && first !== undefined && Math.abs(first.level - one.level) < TIED_WITHIN)
      last.tied.push(one);
    else places.push({ rank: at + 1, tied: [one] });
  });
  return places;
}

function inOrder({ target, most }: Ordered, { faces, view }: AnswerScene): Placed[] {
  return faces
    .flatMap((face) => {
      const level = levelOf(target, face, view);
      return level === undefined ? [] : [{ face, level }];
    })
    .sort((a, b) => {
      // Those that are told by the same number stay from left to right.
      const [one, other] = [a, b].map(({ level }) => Math.round(100 * level)) as [number, number];
      return most ? other - one : one - other;
    });
}

/** The faces that show it at all. */
export function whoAnswer(target: Target, scene: AnswerScene): string {
  const showing = scene.faces.filter((face) => presentOn(target, face, scene.view) === true);
  const name = shownName(target);
  if (showing.length === 0) {
    const [best] = inOrder({ target, most: true }, scene);
    if (best === undefined) return notRead(target, scene);
    // No type of smile is shown a little: what the smiles are says more than who comes nearest.
    if (target.type === "smile" && target.smile !== null)
      return `Nobody clearly shows ${name}. ${smileTypeAnswer(scene)}`;
    return `Nobody clearly shows ${name}: ${withLevel(target, best)} comes nearest${citing(evidenceFor(target, best.face, scene))}.`;
  }
  const told = showing.map((face) => withLevel(target, { face, level: levelOf(target, face, scene.view) ?? 0 }));
  const ids = showing.flatMap((face) => evidenceFor(target, face, scene).slice(0, 2));
  return `${listed(told)}: ${showing.length} of ${scene.faces.length} faces ${showing.length === 1 ? "shows" : "show"} ${name}${citing(ids)}.`;
}

/** The faces that do not show it. */
export function whoNotAnswer(target: Target, scene: AnswerScene): string {
  const without = scene.faces.filter((face) => presentOn(target, face, scene.view) === false);
  const unsure = scene.faces.filter((face) => presentOn(target, face, scene.view) === undefined);
  const doubt = unsure.length === 0 ? "" : `; of ${listed(unsure.map(({ faceId }) => faceId))} it cannot be told`;
  if (without.length === 0) return `Nobody for sure: ${countAnswer(target, scene)}`;
  const ids = without.flatMap((face) => evidenceFor(target, face, scene).slice(0, 2));
  const who = without.map(({ faceId }) => faceId);
  return `${listed(who)} ${who.length === 1 ? "does" : "do"} not show ${shownName(target)}${doubt}${citing(ids)}.`;
}

/** How many faces there are, or how many show something. */
export function countAnswer(target: Target | null, scene: AnswerScene): string {
  const found = scene.view.items.filter(({ kind }) => kind === "face").map(({ id }) => id);
  if (target === null)
    return `${scene.faces.length === 1 ? "One face was" : `${scene.faces.length} faces were`} found${citing(found)}.`;
  const showing = scene.faces.filter((face) => presentOn(target, face, scene.view) === true);
  const unsure = scene.faces.filter((face) => presentOn(target, face, scene.view) === undefined);
  const doubt = unsure.length === 0 ? "" : `; of ${listed(unsure.map(({ faceId }) => faceId))} it cannot be told`;
  const who = showing.length === 0 ? "" : `: ${listed(showing.map(({ faceId }) => faceId))}`;
  const ids = (showing.length === 0 ? scene.faces : showing).flatMap((face) =>
    evidenceFor(target, face, scene).slice(0, 1),
  );
  return `${showing.length} of ${scene.faces.length} faces ${showing.length === 1 ? "shows" : "show"} ${shownName(target)}${who}${doubt}${citing(ids)}.`;
}

/** Whether one face shows more, or less, of something than the others that are named. */
export function compareAnswer(asked: Ordered & { readonly first: string }, scene: AnswerScene): string {
  const placed = inOrder(asked, scene);
  const one = placed.find(({ face }) => face.faceId === asked.first);
  const others = placed.filter((each) => each !== one);
  if (one === undefined || others.length === 0) return notRead(asked.target, scene);
  const apart = others.map(({ level }) => (one.level - level) * (asked.most ? 1 : -1));
  const yes = apart.every((difference) => difference >= TIED_WITHIN);
  const tied = apart.every((difference) => Math.abs(difference) < TIED_WITHIN);
  const told = placed.map((each) => withLevel(asked.target, each));
  const ids = placed.flatMap(({ face }) => evidenceFor(asked.target, face, scene).slice(0, 2));
  const [name, order] = [orderOf(asked.target), extentOf(asked)];
  const said = tied ? `by ${name}, ${listed(told)} are alike` : `by ${name}, ${order} first, it is ${listed(told)}`;
  return `${yes ? "Yes" : "No"}: ${said}${citing(ids)}.`;
}

/** By how much one face shows more, or less, of something than the others that are named. */
export function howMuchMoreAnswer(asked: Ordered & { readonly first: string }, scene: AnswerScene): string {
  const placed = inOrder(asked, scene);
  const one = placed.find(({ face }) => face.faceId === asked.first);
  const others = placed.filter((each) => each !== one);
  if (one === undefined || others.length === 0) return notRead(asked.target, scene);
  const told = others.map(({ face, level }) => {
    const apart = one.level - level;
    const where =
      Math.abs(apart) < TIED_WITHIN ? "as high as" : `${share(Math.abs(apart))} ${apart > 0 ? "above" : "below"}`;
    return `${where} ${face.faceId} (${share(level)})`;
  });
  const ids = placed.flatMap(({ face }) => evidenceFor(asked.target, face, scene).slice(0, 2));
  const scale =
    asked.target.type === "label" ? ", which says how much more surely and not how much more intensely" : "";
  return `By ${scaleOf(asked.target)}, ${one.face.faceId} (${share(one.level)}) is ${listed(told)}${scale}${citing(ids)}.`;
}

function evidenceFor(target: Target, face: JudgedFace, { view }: AnswerScene): readonly string[] {
  if (target.type === "smile" || target.type === "action-unit") {
    return unitItems(target.type === "smile" ? ["AU12"] : target.anyOf, face, view).map(({ id }) => id);
  }
  const cues = target.type === "label" ? cuesAbout(target.label, "for", face, view) : [];
  const ids = cues.flatMap(({ evidenceIds }) => evidenceIds);
  return ids.length > 0 ? ids : readingIds(face);
}
