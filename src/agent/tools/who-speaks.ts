import type { EvidenceItem, TimeWindow } from "../../domain/evidence.ts";
import { groupBy } from "../../domain/group-by.ts";
import { overlaps, secondsText } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, PartOfClip, ToolOutput, windowIn } from "../agent-tool.ts";

/** Shows who speaks in a part of a clip, by what that is known, and for how long. */
export const whoSpeaksThen = defineTool({
  name: "who_speaks",
  schema: PartOfClip,
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  only: "clip",
  shows: "words",
  async run(part, { ledger }) {
    const window = windowIn(part);
    const speech = speechIn(ledger.items());
    const then = speech.filter(({ time }) => overlaps(time, window));
    const spoken = groupBy(then, ({ by }) => by);
    const totals = [...spoken].map(([by, own]) => {
      const seconds = lengthOf(
        own.map(({ time }) => ({ fromS: Math.max(window.fromS, time.fromS), toS: Math.min(window.toS, time.toS) })),
      );
      return `${by}: ${secondsText(seconds)}`;
    });
    const nobody =
      speech.length === 0 ? "Who speaks is not known: there is neither a transcript nor sound." : "Nobody speaks then.";
    const evidence = then.map(({ item }) => item);
    return { text: [totals.join(", ") || nobody, evidenceLines(evidence)].join("\n").trim(), output: { evidence } };
  },
});

interface Speech {
  readonly item: EvidenceItem;
  readonly time: TimeWindow;
  /** The face, else the name in the transcript, else that nobody knows. */
  readonly by: string;
}

const NOT_KNOWN = "somebody whose face is not known";

/** Words say whose they are, and a voice of no known face is that of the words that fill most of it. */
function speechIn(items: readonly EvidenceItem[]): Speech[] {
  const speech = items.flatMap((item) => {
    const { value, time } = item;
    if (time === undefined || !("spokenBy" in value && "knownBy" in value)) return [];
    const speaker = value.type === "utterance" ? value.speaker : null;
    return [{ item, time, by: value.spokenBy ?? speaker }];
  });
  const words = speech.filter(({ item }) => item.kind === "utterance");
  return speech.map(({ item, time, by }) => {
    const shares = words.map((said) => ({ by: said.by, s: shared(said.time, time) })).sort((a, b) => b.s - a.s);
    const said = shares[0] !== undefined && shares[0].s > 0 ? shares[0].by : null;
    return { item, time, by: by ?? (item.kind === "voice" ? said : null) ?? NOT_KNOWN };
  });
}

function shared(a: TimeWindow, b: TimeWindow): number {
  return Math.min(a.toS, b.toS) - Math.max(a.fromS, b.fromS);
}

/** Of stretches that may overlap, as words and the voice that says them do. */
function lengthOf(stretches: readonly TimeWindow[]): number {
  let [seconds, untilS] = [0, Number.NEGATIVE_INFINITY];
  for (const { fromS, toS } of [...stretches].sort((a, b) => a.fromS - b.fromS)) {
    seconds += Math.max(0, toS - Math.max(fromS, untilS));
    untilS = Math.max(untilS, toS);
  }
  return seconds;
}
