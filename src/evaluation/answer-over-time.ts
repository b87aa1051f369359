import { z } from "zod";
import { TimeWindow } from "../domain/evidence.ts";
import type { Reading } from "../domain/judgment.ts";
import { ActionUnitName, ToolboxId } from "../domain/measurement.ts";
import type { Report } from "../domain/report.ts";

/** What one reading of a person says in a stretch of a clip; `null` where it abstained, or gives no number. */
const StretchReading = z.strictObject({
  label: z.string().nullable(),
  valence: z.number().min(-1).max(1).nullable(),
  arousal: z.number().min(-1).max(1).nullable(),
});

/** What an answer says of a person over time. */
export const AnswerOverTime = z.strictObject({
  /** Seconds from one frame that was asked for to the next. */
  stepS: z.number().positive(),
  stretches: z.array(
    TimeWindow.extend({ integrated: StretchReading, faceOnly: StretchReading, contextOnly: StretchReading }),
  ),
  /** When each action unit was measured, and when it counted as present: from first to last frame. */
  actionUnits: z.array(
    z.strictObject({
      ...{ toolbox: ToolboxId, au: ActionUnitName },
      ...{ measured: z.array(TimeWindow), present: z.array(TimeWindow) },
    }),
  ),
});
export type AnswerOverTime = z.infer<typeof AnswerOverTime>;

/** What a report says of a person of a clip over time; `undefined` for an image. */
export function answerOverTime(
  { clip, evidence, judgment }: Pick<Report, "clip" | "evidence" | "judgment">,
  faceId: string | null,
): AnswerOverTime | undefined {
  if (clip === undefined) return undefined;
  const stepS = 1 / clip.fps;
  const subject = judgment.subjects.find((one) => one.faceId === faceId);
  const stretches = (subject?.overTime ?? []).map(({ fromS, toS, integrated, faceOnly, contextOnly }) => ({
    ...{ fromS, toS, integrated: stretchReading(integrated) },
    ...{ faceOnly: stretchReading(faceOnly), contextOnly: stretchReading(contextOnly) },
  }));
  const actionUnits = evidence.flatMap(({ value, faceId: whose, source }) => {
    if (value.type !== "timeline" || whose !== faceId) return [];
    const runsOf = (samples: typeof value.samples) =>
      joinedWindows(
        samples.map(({ timeS }) => ({ fromS: timeS, toS: timeS })),
        stepS,
      );
    const present = value.samples.filter(({ presence }) => presence === "present");
    return [{ toolbox: source.name, au: value.au, measured: runsOf(value.samples), present: runsOf(present) }];
  });
  return { stepS, stretches, actionUnits };
}

function stretchReading({ distribution, valence, arousal }: Reading): z.infer<typeof StretchReading> {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return { label: top?.label ?? null, valence: valence?.value ?? null, arousal: arousal?.value ?? null };
}

/** Windows that follow one another frame by frame made one. */
export function joinedWindows(windows: readonly TimeWindow[], stepS: number): TimeWindow[] {
  const joined: TimeWindow[] = [];
  for (const { fromS, toS } of windows.toSorted((a, b) => a.fromS - b.fromS)) {
    const last = joined.at(-1);
    if (last !== undefined && fromS - last.toS <= 1.5 * stepS) last.toS = toS;
    else joined.push({ fromS, toS });
  }
  return joined;
}
