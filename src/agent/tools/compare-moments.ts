import { z } from "zod";
import type { EvidenceItem } from "../../domain/evidence.ts";
import { groupBy } from "../../domain/group-by.ts";
import { shareOfScale } from "../../domain/scale-range.ts";
import { secondsText } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { nameWithCode } from "../../facs/action-units.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";
import { lookAtMoment, type Moment, viewOfMoment } from "../look-at-moment.ts";

/** Sets two moments of a clip side by side: what differs between them, and what does not. */
export const compareMoments = defineTool({
  name: "compare_moments",
  schema: z.strictObject({
    firstS: z.number().min(0).describe("One moment, in seconds from the start of the clip"),
    secondS: z.number().min(0).describe("The other"),
    faceId: z.string().nullable().describe("The person to compare; null for everybody"),
  }),
  output: ToolOutput.extend({ timesS: z.array(z.number()) }),
  needsVision: false,
  needsImage: true,
  only: "clip",
  async run({ firstS, secondS, faceId }, toolContext, signal) {
    const first = await lookAtMoment(firstS, faceId, toolContext, signal);
    const second = await lookAtMoment(secondS, faceId, toolContext, signal);
    const moments = [first, second] as const;
    const others = moments.flatMap(({ items }) => items.filter(({ value }) => value.type !== "action-unit"));
    const known = [...new Map(others.map((item) => [item.id, item])).values()];
    const text = [
      ...moments.map(({ frame, who }) => `The frame at ${secondsText(frame.timeS)}. ${who}`),
      ...unitLines(first, second),
      evidenceLines(known),
    ];
    const views = await Promise.all(moments.map(({ frame }) => viewOfMoment(frame, faceId, signal)));
    const evidence = [...first.items, ...second.items];
    return {
      text: text.join("\n").trim(),
      output: { evidence, timesS: [first.frame.timeS, second.frame.timeS] },
      views,
    };
  },
});

/** Smaller differences, as a share of the scale, are not told one by one. */
const SAME_WITHIN = 0.2;

/** Each action unit of each person at both moments: those that differ one by one, the others together. */
function unitLines(first: Moment, second: Moment): string[] {
  const units = groupBy([...first.items, ...second.items].filter(isUnit), ({ id }) => id);
  const alike: string[] = [];
  const lines = [...units.values()].flatMap(([a, b]) => {
    if (a === undefined) return [];
    const { au, scale, value, presence } = a.value;
    const name = `${a.id} ${au}`;
    if (b === undefined) {
      const when = secondsText(a.time?.fromS ?? 0);
      return [`${a.id} ${a.faceId} ${nameWithCode(au)}: measured at ${when} only, ${value.toFixed(2)}, ${presence}`];
    }
    const change = Math.abs(shareOfScale(value, scale) - shareOfScale(b.value.value, scale));
    if (presence === b.value.presence && change <= SAME_WITHIN) {
      alike.push(`${name} ${presence}`);
      return [];
    }
    const [from, to] = [a, b].map((each) => `${each.value.value.toFixed(2)} ${each.value.presence}`);
    return [`${a.id} ${a.faceId} ${nameWithCode(au)}, ${scale}: ${from}, then ${to}`];
  });
  return [...lines, ...(alike.length === 0 ? [] : [`About the same at both: ${alike.join(", ")}`])];
}

type UnitItem = EvidenceItem & { readonly value: Extract<EvidenceItem["value"], { type: "action-unit" }> };

function isUnit(item: EvidenceItem): item is UnitItem {
  return item.value.type === "action-unit";
}
