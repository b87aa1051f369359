import { groupBy } from "../../../domain/group-by.ts";
import { smileRules } from "../../../facs/smile-types.ts";
import { affectClause } from "./answer-strength.ts";
import {
  type AnswerScene,
  because,
  citing,
  cuesAbout,
  type JudgedFace,
  listed,
  NAMED_FACES,
  perceivedAs,
  probabilityOf,
  ranked,
  readAs,
  readingIds,
  share,
  topOf,
} from "./answer-words.ts";
import { asksWhetherFelt, type Target } from "./question-targets.ts";
import {
  article,
  notRead,
  presenceOfUnit,
  presentOn,
  shownClause,
  shownName,
  smileOn,
  stateIn,
  unitItems,
  unitsOf,
} from "./target-levels.ts";

/** Yes or no for each face, with what decides. */
export function presenceAnswer(
  target: Target,
  scene: AnswerScene,
  { ofAll = false }: { readonly ofAll?: boolean } = {},
): string {
  if (target.type === "label" && scene.faces.every((face) => probabilityOf(face, target.label) === undefined)) {
    return notRead(target, scene);
  }
  const verdicts = scene.faces.map((face) => ({ face, there: presentOn(target, face, scene.view) }));
  const felt = target.type === "smile" && asksWhetherFelt(scene.view.question ?? "");
  const [only] = verdicts;
  if (only !== undefined && verdicts.length === 1) {
    const isFirst = target.type === "label" && topOf(only.face)?.label === target.label;
    const told = only.there === undefined && isFirst ? "Most likely, though not clearly" : yesOrNo(only.there);
    const head = felt ? NOT_FELT : told;
    return `${head}: ${presenceClause(target, only.face, scene)}.${meaningOf(target, only.there)}`;
  }
  const told = ofAll ? ofEverybody(verdicts) : ofAnybody(verdicts);
  const clauses = verdicts.map(({ face }) => presenceClause(target, face, scene));
  const isCrowd = verdicts.length > NAMED_FACES;
  return `${felt ? NOT_FELT : told}: ${(isCrowd ? crowdClauses(target, verdicts, scene) : clauses).join("; ")}.`;
}

interface Verdict {
  readonly face: JudgedFace;
  readonly there: boolean | undefined;
}

/** Of a crowd, those that are alike in one clause. */
function crowdClauses(target: Target, verdicts: readonly Verdict[], scene: AnswerScene): string[] {
  const groups = [...groupBy([...verdicts], ({ there }) => String(there)).values()];
  return groups.map((group) => {
    const faces = group.map(({ face }) => {
      const level = target.type === "label" ? probabilityOf(face, target.label) : undefined;
      return level === undefined ? face.faceId : `${face.faceId} (${share(level)})`;
    });
    const ids = citing(group.flatMap(({ face }) => deciding(target, face, scene).slice(0, 1)));
    const there = group[0]?.there;
    if (there === undefined) return `of ${listed(faces)} it cannot be told${ids}`;
    const [does, doesNot] = group.length === 1 ? ["shows", "does not show"] : ["show", "do not show"];
    const [only] = target.type === "smile" && there && group.length === 1 ? group : [];
    const otherwise = only === undefined ? "" : readOtherwise(only.face);
    return `${listed(faces)} ${there ? does : doesNot} ${shownName(target)}${ids}${otherwise}`;
  });
}

function deciding(target: Target, face: JudgedFace, { view }: AnswerScene): readonly string[] {
  const units = unitsOf(target);
  return units.length === 0 ? readingIds(face) : unitItems(units, face, view).map(({ id }) => id);
}

/** Whether all of several things are shown on each face. */
export function allPresentAnswer(targets: readonly Target[], scene: AnswerScene): string {
  const told = scene.faces.map((face) => {
    const there = targets.map((target) => presentOn(target, face, scene.view));
    const all = there.includes(false) ? false : there.includes(undefined) ? undefined : true;
    const clauses = targets.map((target) => presenceClause(target, face, scene));
    return `${yesOrNo(all)}: ${clauses.join("; ")}`;
  });
  return `${told.join(". ")}.`;
}

/** Of a smile its type is told, which is no answer to whether it is felt. */
const NOT_FELT = "Whether a smile is felt cannot be measured, only its type";

function yesOrNo(there: boolean | undefined): string {
  if (there === undefined) return "It cannot be told";
  return there ? "Yes" : "No";
}

function ofAnybody(verdicts: readonly Verdict[]): string {
  if (new Set(verdicts.map(({ there }) => there)).size === 1) return yesOrNo(verdicts[0]?.there);
  const yes = verdicts.filter(({ there }) => there === true).map(({ face }) => face.faceId);
  return yes.length > 0 ? `Yes on ${listed(yes)}, not on every face` : "On no face for sure";
}

function ofEverybody(verdicts: readonly Verdict[]): string {
  if (verdicts.some(({ there }) => there === false)) return "No, not all";
  return verdicts.every(({ there }) => there === true) ? "Yes, all" : "It cannot be told of all";
}

function presenceClause(target: Target, face: JudgedFace, scene: AnswerScene): string {
  switch (target.type) {
    case "label":
      return labelClause(target.label, face, scene);
    case "affect":
      return affectClause(target, face);
    case "smile":
      return target.smile === null ? smilingClause(face, scene) : smileClause(target.smile, face, scene);
    case "action-unit":
      return unitsClause(target.anyOf, face, scene);
  }
}

function labelClause(label: string, face: JudgedFace, { view }: AnswerScene): string {
  const [level, top] = [probabilityOf(face, label), topOf(face)];
  if (level === undefined || top === undefined) return readAs(face);
  if (top.label === label) {
    const cues = because(cuesAbout(label, "for", face, view));
    return `${readAs(face)}${cues === "" ? citing(readingIds(face)) : `, as ${cues}`}`;
  }
  return `${readAs(face)} rather than ${label} (${share(level)})${citing(readingIds(face))}`;
}

/** Whether the lip corners are pulled up. */
function smilingClause(face: JudgedFace, scene: AnswerScene): string {
  const isShown = presenceOfUnit("AU12", face, scene.view) === "present";
  return `${unitsClause(["AU12"], face, scene)}${isShown ? readOtherwise(face) : ""}`;
}

/** The action units that make the type of smile, or the first that rules it out. */
export function smileClause(type: string, face: JudgedFace, { view }: AnswerScene): string {
  const rule = smileRules().find((each) => each.type === type);
  const reading = smileOn(type, face, view);
  const what = `${article(type)} ${type} smile`;
  if (rule === undefined || reading === undefined)
    return `no action unit of ${face.faceId} was measured that could tell`;
  const ids = (units: readonly string[]) =>
    citing(
      unitItems(units, face, view)
        .map(({ id }) => id)
        .slice(0, units.length),
    );
  const shown = rule.present.flatMap((term) => term.filter((au) => stateIn(au, face) === "present").slice(0, 1));
  if (reading.verdict === "shown") {
    const without =
      rule.absent.length === 0
        ? ""
        : `, while ${listed(rule.absent)} ${rule.absent.length === 1 ? "is" : "are"} absent${ids(rule.absent)}`;
    return `${face.faceId} shows ${what}, as ${listed(shown.map((au) => `${shownClause(au)}${ids([au])}`))}${without}${readOtherwise(face)}`;
  }
  const wanted = reading.verdict === "not shown" ? "absent" : "uncertain";
  const lacking = rule.present.filter((term) => term.every((au) => stateIn(au, face) !== "present")).flat();
  const missing = lacking.filter((au) => (stateIn(au, face) ?? "uncertain") === wanted);
  const tooMuch = rule.absent.filter((au) => stateIn(au, face) === (wanted === "absent" ? "present" : "uncertain"));
  const faults = [
    ...missing.map(
      (au) => `${au} ${wanted === "absent" ? "is absent" : "can be called neither present nor absent"}${ids([au])}`,
    ),
    ...tooMuch.map((au) =>
      wanted === "absent"
        ? `${shownClause(au)}${ids([au])}`
        : `${au} can be called neither present nor absent${ids([au])}`,
    ),
  ];
  const verb = wanted === "absent" ? `does not show ${what}` : `may or may not show ${what}`;
  return `${face.faceId} ${verb}, as ${faults.length === 0 ? "head and gaze are not lowered" : listed(faults.slice(0, 2))}`;
}

/** That the face as a whole is not read as its smile is: said, so that neither hides the other. */
function readOtherwise(face: JudgedFace): string {
  const [top] = ranked(face.judgment.faceOnly.distribution);
  const perceived = perceivedAs(face);
  if (top === undefined || perceived === undefined || top.label === "happiness") return "";
  return `, although ${perceived}${citing(readingIds(face))}`;
}

function meaningOf(target: Target, there: boolean | undefined): string {
  if (target.type !== "smile" || there !== true) return "";
  const rule = smileRules().find(({ type }) => type === target.smile);
  return rule === undefined ? "" : ` It is ${rule.meaning}.`;
}

export function unitsClause(units: readonly string[], face: JudgedFace, { view }: Pick<AnswerScene, "view">): string {
  const told = units.map((au) => ({ au, presence: presenceOfUnit(au, face, view) }));
  const decisive =
    told.find(({ presence }) => presence === "present") ?? told.find(({ presence }) => presence !== undefined);
  if (decisive === undefined) {
    const faces = view.ofFace(face.faceId).filter(({ kind }) => kind === "face");
    return `${listed(units)} was not measured on ${face.faceId}${citing(faces.map(({ id }) => id))}`;
  }
  const { au, presence } = decisive;
  const ids = citing(unitItems([au], face, view).map(({ id }) => id));
  if (presence === "present") return `on ${face.faceId} ${shownClause(au)}${ids}`;
  const absent = told.filter((unit) => unit.presence === "absent").map((unit) => unit.au);
  if (absent.length === told.filter((unit) => unit.presence !== undefined).length) {
    const all = absent.flatMap((each) => unitItems([each], face, view).slice(0, 1)).map(({ id }) => id);
    return `on ${face.faceId} ${listed(absent)} ${absent.length === 1 ? "is" : "are"} absent${absent.length === 1 ? ids : citing(all)}`;
  }
  return `on ${face.faceId} ${au} can be called neither present nor absent${ids}`;
}
