import type { Report, TraceStep } from "./report.ts";

/** One turn of the loop: what the model said, the tools that it called, and what the pipeline complained of before. */
interface Turn {
  readonly complaint: TraceStep | null;
  readonly answer: TraceStep;
  readonly tools: readonly TraceStep[];
}

/** The steps of a conversation as the turns that they made up. */
export function turnsOf(trace: readonly TraceStep[]): readonly Turn[] {
  const turns: { complaint: TraceStep | null; answer: TraceStep; tools: TraceStep[] }[] = [];
  let complaint: TraceStep | null = null;
  for (const step of trace) {
    if (step.type === "complaint") complaint = step;
    else if (step.type === "tool") turns.at(-1)?.tools.push(step);
    else {
      turns.push({ complaint, answer: step, tools: [] });
      complaint = null;
    }
  }
  return turns;
}

/** A step with when it began, in ms since the conversation did; where that was not kept, one step follows another. */
export function timedSteps({ trace }: Pick<Report, "trace">): readonly (TraceStep & { readonly beganMs: number })[] {
  let endedMs = 0;
  return trace.map((step) => {
    const beganMs = step.startedMs ?? endedMs;
    endedMs = Math.max(endedMs, beganMs + (step.durationMs ?? 0));
    return { ...step, beganMs };
  });
}
