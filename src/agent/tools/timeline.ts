import { z } from "zod";
import type { EvidenceItem, TimeWindow } from "../../domain/evidence.ts";
import { overlaps, secondsText, spanText } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { nameWithCode } from "../../facs/action-units.ts";
import { defineTool, knownFace, PartOfClip, ToolOutput, windowIn } from "../agent-tool.ts";

/** Shows how one person changes in a part of a clip, frame by frame where something moves. */
export const timeline = defineTool({
  name: "timeline",
  schema: z.strictObject({
    faceId: z.string().describe("Id of a person, such as F1"),
    ...PartOfClip.shape,
  }),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  only: "clip",
  async run({ faceId, ...part }, { ledger }) {
    knownFace(ledger, faceId);
    const window = windowIn(part);
    const own = ledger.ofFace(faceId);
    const units = own.flatMap((item) => unitWithin(item, window));
    const moving = units.filter(({ samples }) => samples.some(({ presence }) => presence !== "absent"));
    const absent = units.filter((unit) => !moving.includes(unit)).map(({ item, au }) => `${item.id} ${au}`);
    const isThen = ({ time }: EvidenceItem) => time !== undefined && overlaps(time, window);
    const events = own.filter(isThen);
    const text = [
      ...(units.length === 0 ? [`Nothing was measured on ${faceId} ${spanText(window)}.`] : []),
      ...moving.map(courseLine),
      ...(absent.length === 0 ? [] : [`Absent ${spanText(window)}: ${absent.join(", ")}`]),
      evidenceLines(events),
    ];
    return { text: text.join("\n").trim(), output: { evidence: [...units.map(({ item }) => item), ...events] } };
  },
});

type Timeline = Extract<EvidenceItem["value"], { type: "timeline" }>;

/** An action unit in the window, with no more frames than can be read at a glance. */
interface UnitWithin {
  readonly item: EvidenceItem;
  readonly au: Timeline["au"];
  readonly scale: Timeline["scale"];
  readonly samples: Timeline["samples"];
}

function unitWithin(item: EvidenceItem, { fromS, toS }: TimeWindow): UnitWithin[] {
  const { value } = item;
  if (value.type !== "timeline") return [];
  const samples = value.samples.filter(({ timeS }) => timeS >= fromS && timeS <= toS);
  return samples.length === 0 ? [] : [{ item, au: value.au, scale: value.scale, samples }];
}

const MOST_TOLD = 12;

/** `E14 AU12 (lip corner puller), probability: 1.8 s 0.05, 2.0 s 0.95 present, ...`, the highest always among them. */
function courseLine({ item, au, scale, samples }: UnitWithin): string {
  const step = Math.ceil(samples.length / MOST_TOLD);
  const [highest] = [...samples].sort((a, b) => b.value - a.value);
  const told = samples.filter((sample, at) => at % step === 0 || sample === highest || at === samples.length - 1);
  const words = told.map(({ timeS, value, presence }) => {
    const said = presence === "absent" ? "" : ` ${presence}`;
    return `${secondsText(timeS)} ${value.toFixed(2)}${said}`;
  });
  const leftOut = samples.length - told.length;
  const rest = leftOut === 0 ? "" : ` (${leftOut} frames between them are not told)`;
  return `${item.id} ${nameWithCode(au)}, ${scale}: ${words.join(", ")}${rest}`;
}
