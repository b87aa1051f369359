import { z } from "zod";
import type { EvidenceItem, NewEvidence } from "../domain/evidence.ts";
import { groupBy } from "../domain/group-by.ts";
import { type ActionUnitMeasurement, ActionUnitName, type Face, Presence, Scale } from "../domain/measurement.ts";
import { presenceOf, presenceOnSide } from "../domain/presence.ts";
import { nameWithCode } from "../facs/action-units.ts";

/** What one toolbox says of one action unit on the whole face. */
const ToolboxVote = z.strictObject({
  toolbox: z.string(),
  /** `uncertain` also when its own models differ, as OpenFace's intensity and presence models may. */
  presence: Presence,
  /** Each scale on its own: they are never averaged. */
  scales: z.array(z.strictObject({ scale: Scale, presence: Presence, values: z.array(z.number()) })),
});
type ToolboxVote = z.infer<typeof ToolboxVote>;

/** What several toolboxes say of one action unit on one face. */
export const UnitConsensus = z.strictObject({
  faceId: z.string(),
  au: ActionUnitName,
  votes: z.array(ToolboxVote),
  /** Toolboxes that measured this face and not this action unit: neither for nor against. */
  silent: z.array(z.string()),
  /** `present` or `absent` when all who decide say so, `disputed` when they differ, `undecided` when none decides. */
  verdict: z.enum(["present", "absent", "disputed", "undecided"]),
  /** Share of the deciding toolboxes that say present, 0..1; `null` when none decides. */
  presentShare: z.number().min(0).max(1).nullable(),
});
export type UnitConsensus = z.infer<typeof UnitConsensus>;

/** Compares the toolboxes on one face, by action unit in FACS order. One toolbox alone agrees with itself. */
export function faceConsensus(face: Face): UnitConsensus[] {
  const toolboxes = face.measurements.map(({ toolbox }) => toolbox);
  const byUnit = groupBy(
    face.measurements.flatMap(({ actionUnits }) => actionUnits),
    ({ au }) => au,
  );
  return [...byUnit]
    .sort(([a], [b]) => Number(a.slice(2)) - Number(b.slice(2)))
    .map(([au, measured]) => {
      const votes = toolboxVotes(measured);
      const voting = votes.map(({ toolbox }) => toolbox);
      return {
        faceId: face.faceId,
        au,
        votes,
        silent: [...new Set(toolboxes)].filter((toolbox) => !voting.includes(toolbox)),
        ...weigh(votes),
      };
    });
}

/** One vote for each toolbox on one action unit, in the order of their ids. */
export function toolboxVotes(measured: readonly ActionUnitMeasurement[]): ToolboxVote[] {
  return [...groupBy(measured, ({ toolbox }) => toolbox)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([toolbox, own]) => {
      const scales = [...groupBy(own, ({ scale }) => scale)].map(([scale, values]) => ({
        scale,
        presence: presenceOnSide(
          values.map((value) => ({ side: value.side, presence: presenceOf(value) })),
          "both",
        ),
        values: values.map(({ value }) => value),
      }));
      return { toolbox, presence: onlyDecision(scales.map(({ presence }) => presence)), scales };
    });
}

function onlyDecision(said: readonly Presence[]): Presence {
  const decided = new Set(said.filter((presence) => presence !== "uncertain"));
  const [only] = decided;
  return decided.size === 1 && only !== undefined ? only : "uncertain";
}

function weigh(votes: readonly ToolboxVote[]): Pick<UnitConsensus, "verdict" | "presentShare"> {
  const present = votes.filter(({ presence }) => presence === "present").length;
  const absent = votes.filter(({ presence }) => presence === "absent").length;
  if (present + absent === 0) return { verdict: "undecided", presentShare: null };
  const presentShare = present / (present + absent);
  if (present > 0 && absent > 0) return { verdict: "disputed", presentShare };
  return { verdict: present > 0 ? "present" : "absent", presentShare };
}

/**
 * The consensus on a face as ledger items, for faces that several toolboxes measured: one item for each action unit that
 * somebody sees, and one for all that they agree are absent. None for one toolbox alone: it would repeat the
 * measurements.
 */
export function consensusEvidence(face: Face): NewEvidence[] {
  const compared = faceConsensus(face).filter(({ votes }) => votes.length > 1);
  const absent = compared.filter(({ verdict }) => verdict === "absent");
  const seen = compared.filter(({ verdict }) => verdict === "present" || verdict === "disputed");
  const source: EvidenceItem["source"] = {
    type: "toolbox",
    name: [...new Set(face.measurements.map(({ toolbox }) => toolbox))].join(", "),
  };
  const item = (statement: string, value: EvidenceItem["value"]): NewEvidence => {
    return { kind: "consensus", faceId: face.faceId, region: null, statement, value, source };
  };
  return [
    ...seen.map((unit) => {
      const share = unit.presentShare ?? Number.NaN;
      return item(consensusStatement(unit), {
        type: "quantity",
        value: share,
        unit: "share of deciding toolboxes that say present",
      });
    }),
    ...(absent.length === 0
      ? []
      : [
          item(`All toolboxes that can tell agree that these are absent: ${absent.map(({ au }) => au).join(", ")}`, {
            type: "text",
            text: absent.map(({ au }) => au).join(", "),
          }),
        ]),
  ];
}

/** One line, e.g. `AU12 (lip corner puller) is disputed: present by mesh@5; absent by openface@2.2`. */
export function consensusStatement({ au, votes, silent, verdict }: UnitConsensus): string {
  const who = (presence: Presence) => votes.filter((vote) => vote.presence === presence).map(({ toolbox }) => toolbox);
  const parts = (["present", "absent", "uncertain"] as const).flatMap((presence) => {
    const toolboxes = who(presence);
    return toolboxes.length === 0 ? [] : [`${presence} by ${toolboxes.join(", ")}`];
  });
  const rest = silent.length === 0 ? "" : `; not measured by ${silent.join(", ")}`;
  return `${nameWithCode(au)} is ${standing(votes, verdict)}: ${parts.join("; ")}${rest}`;
}

/** Toolboxes agree only where at least two decide: one that decides beside others that cannot is alone. */
function standing(votes: readonly ToolboxVote[], verdict: UnitConsensus["verdict"]): string {
  if (verdict === "disputed" || verdict === "undecided") return verdict;
  return votes.filter(({ presence }) => presence !== "uncertain").length > 1
    ? "agreed"
    : "decided by one toolbox alone";
}
