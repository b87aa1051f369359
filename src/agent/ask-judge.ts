import { KuleshovError } from "../domain/errors.ts";
import type { EvidenceItem } from "../domain/evidence.ts";
import { forkedLedger } from "../domain/evidence-ledger.ts";
import type { Sent } from "../domain/report.ts";
import type { JudgeReference, Panel, SelfConsistency } from "../domain/several-judges.ts";
import { NO_TOKENS, type TokenUse } from "../domain/token-use.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { JudgeDependencies, Thinking } from "./fitted-question.ts";
import { type JudgeRun, runJudge } from "./run-judge.ts";
import { createTransferRecorder } from "./transfer.ts";

/** What one judge, several samples of one, or a panel of them came to. */
export interface Consultation extends Omit<JudgeRun, "imageSent"> {
  readonly by: JudgeReference;
  readonly sent: readonly Sent[];
  readonly samples?: SelfConsistency;
  readonly panel?: Panel;
}

/** What came of asking one judge. Of one that failed, what it was sent and what that cost are known all the same. */
export interface AskedJudge {
  readonly model: JudgeModel;
  readonly run: JudgeRun | null;
  readonly error: KuleshovError | null;
  readonly sent: readonly Sent[];
  readonly tokens: TokenUse;
}

/** What all judges of one question have in common. */
export interface Asking {
  readonly beganMs: number;
  /** What the ledger held before anybody was asked. */
  readonly known: readonly EvidenceItem[];
  readonly signal: AbortSignal | undefined;
}

/** Whose conversation it is, for the trace. */
export type AskingOne = Asking & { readonly of: string };

export function beginAsking({ toolContext }: Thinking, signal: AbortSignal | undefined): Asking {
  return { beganMs: performance.now(), known: [...toolContext.ledger.items()], signal };
}

/**
 * Asks one of several judges: it sees what was measured and what it notes itself, and nothing of the others. Its failure
 * is a value.
 */
export async function askJudge(
  thinking: Thinking,
  dependencies: JudgeDependencies,
  { of, beganMs, known, signal }: AskingOne,
): Promise<AskedJudge> {
  const { model } = dependencies;
  const { toolContext } = thinking;
  const transfer = createTransferRecorder(model);
  const own = { ledger: forkedLedger(toolContext.ledger, known), observer: { type: "model" as const, name: model.id } };
  const offsetMs = performance.now() - beganMs;
  try {
    const apart = { ...thinking, toolContext: { ...toolContext, ...own } };
    const run = await runJudge(apart, { ...dependencies, transfer }, signal);
    const trace = run.trace.map((step) => ({
      ...step,
      of,
      startedMs: step.startedMs === null ? null : step.startedMs + offsetMs,
    }));
    return { model, run: { ...run, trace }, error: null, sent: await transfer.whole(), tokens: run.tokens };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof KuleshovError)) throw error;
    return { model, run: null, error, sent: await transfer.whole(), tokens: error.spent ?? NO_TOKENS };
  }
}

/** Who judged, for the report. */
export function referenceOf(model: JudgeModel, run: JudgeRun): JudgeReference {
  const { id, remote, temperature, seed, replayedFrom } = model;
  const { fingerprint, mode, vision, imageSent } = run;
  const reference = { id, fingerprint, mode, vision, remote: remote && imageSent, temperature, seed };
  return { ...reference, ...(replayedFrom === undefined ? {} : { replayedFrom }) };
}

/** What went to each server, of several judges or samples together. An image counts once, however often it was sent. */
export function sentTogether(all: readonly Sent[]): readonly Sent[] {
  const servers = new Map<string, Sent>();
  for (const sent of all) {
    const known = servers.get(sent.server);
    if (known === undefined) {
      servers.set(sent.server, sent);
      continue;
    }
    const isNew = ({ caption, bytes }: Sent["images"][number]) =>
      !known.images.some((image) => image.caption === caption && image.bytes === bytes);
    servers.set(sent.server, {
      server: sent.server,
      requests: known.requests + sent.requests,
      bytes: known.bytes + sent.bytes,
      images: [...known.images, ...sent.images.filter(isNew)],
    });
  }
  return [...servers.values()];
}

/** The rules give the same answer every time. */
export function samplesOf({ model, samples = 1 }: Pick<JudgeDependencies, "model" | "samples">): number {
  return model.id === "rules" ? 1 : samples;
}
