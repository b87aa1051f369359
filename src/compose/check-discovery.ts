import { basename, resolve } from "node:path";
import { acceptProposal } from "../discovery/accept-proposal.ts";
import { regroupFaces, renameGroup } from "../discovery/redraw-groups.ts";
import { type ProposalScore, readSheet, scoreSheet, withScore } from "../discovery/score-sheet.ts";
import {
  portraitsOf,
  readCheckKey,
  readDiscovery,
  rewriteCheck,
  type WriteFile,
  writeDiscovery,
} from "../discovery/write-discovery.ts";
import type { Discovery } from "../domain/discovery.ts";
import type { ImportOutcome } from "../exemplars/import-exemplars.ts";
import { aloneInRun } from "../runs/run-folder.ts";
import { keepInRun } from "../runs/run-manifest.ts";
import { addExemplars, openExemplarSession } from "./exemplars.ts";

/**
 * Changes a discovery in its folder, whose journal remembers what is written.
 *
 * @throws {ConfigurationError} if the folder holds no discovery, or something is at work in it.
 */
async function changeDiscovery<T>(
  folder: string,
  work: (discovery: Discovery, keep: (changed: Discovery) => Promise<void>, write: WriteFile) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await readDiscovery(folder); // says what is wrong with the folder before it is locked
  const write: WriteFile = (name, content) => keepInRun(folder, name, content);
  return aloneInRun(folder, async () =>
    work(await readDiscovery(folder), (changed) => writeDiscovery(write, changed, portraitsOf(changed, signal)), write),
  );
}

/** Scores filled-in rating sheets, and keeps the verdicts in the discovery, as `kuleshov discover score` does. */
export function scoreInto(folder: string, sheets: readonly string[], signal?: AbortSignal): Promise<ProposalScore[]> {
  return changeDiscovery(
    folder,
    async (discovery, keep) => {
      const key = await readCheckKey(folder);
      const scores = scoreSheet((await Promise.all(sheets.map((sheet) => readSheet(sheet)))).flat(), key);
      const scored = new Map(scores.map((one) => [one.proposal, one]));
      await keep({ ...discovery, proposals: discovery.proposals.map((one) => withScore(one, scored.get(one.id))) });
      return scores;
    },
    signal,
  );
}

/** What a proposal became. */
interface Accepted {
  readonly category: string;
  /** Where the store is. */
  readonly store: string;
  readonly outcome: ImportOutcome;
}

/** Makes a proposal a category with exemplars in the store, as `kuleshov discover accept` does. */
export function acceptInto(
  folder: string,
  id: string,
  options: { readonly name?: string; readonly store?: string; readonly unconfirmed?: true },
  signal?: AbortSignal,
): Promise<Accepted> {
  return changeDiscovery(
    folder,
    async (discovery, keep) => {
      const accepted = acceptProposal(discovery, id, { ...options, discovery: basename(resolve(folder)) });
      // A store outlives the folder that a discovery was started in.
      const candidates = accepted.map((one) => ({ ...one, path: resolve(one.path), name: resolve(one.path) }));
      const session = await openExemplarSession(options);
      try {
        const { store } = session;
        const outcome = await addExemplars(session, candidates, "refuse", signal);
        const category = candidates[0]?.label.category ?? id;
        if (outcome.added.length + outcome.duplicates.length > 0) {
          const verdict = `It is the category "${category}" in ${store.location}.`;
          const proposals = discovery.proposals.map((proposal) =>
            proposal.id === id ? { ...proposal, name: category, status: "accepted" as const, verdict } : proposal,
          );
          await keep({ ...discovery, proposals });
        }
        return { category, store: store.location, outcome };
      } finally {
        await session.close();
      }
    },
    signal,
  );
}

/** Puts faces into another group, a new one or none, and draws the blind check anew from the groups as they are. */
export function regroupInto(folder: string, faces: readonly string[], to: string | null): Promise<void> {
  return changeDiscovery(folder, async (discovery, keep, write) => {
    const changed = regroupFaces(discovery, faces, to);
    await rewriteCheck(write, changed, portraitsOf(changed));
    await keep(changed);
  });
}

/** Gives a group another name. */
export function renameInto(folder: string, id: string, name: string): Promise<void> {
  return changeDiscovery(folder, (discovery, keep) => keep(renameGroup(discovery, id, name)));
}
