import { type Judgment, READING_NAMES, type Reading, type ReadingName } from "./judgment.ts";
import { readingsOf } from "./pooled-reading.ts";
import type { Panel, PanelAgreement, PanelClaim } from "./several-judges.ts";
import { labelledJensenShannon } from "./statistics/divergence.ts";
import { krippendorffStatistic } from "./statistics/krippendorff-alpha.ts";
import { mean } from "./statistics/summary.ts";
import { plainValue } from "./statistics/weighted-statistic.ts";

type Judged = Pick<Panel["judges"][number], "id" | "judgment" | "grounding">;

/** How far judges agree, face by face and reading by reading. Those that failed are left out. */
export function agreementOf(judges: readonly Judged[], faceIds: readonly (string | null)[]): PanelAgreement[] {
  return faceIds.flatMap((faceId) => READING_NAMES.map((reading) => agreementAbout(judges, faceId, reading)));
}

function agreementAbout(judges: readonly Judged[], faceId: string | null, reading: ReadingName): PanelAgreement {
  const given = judges.flatMap(({ id, judgment }) =>
    judgment === null ? [] : readingsOf([judgment], faceId, reading).map((own) => ({ judge: id, own })),
  );
  const distributions = given.map(({ own }) => plainLabels(own));
  const pairs = distributions.flatMap((one, at) =>
    distributions.slice(at + 1).flatMap((other) => labelledJensenShannon(one, other) ?? []),
  );
  return {
    faceId,
    reading,
    tops: given.map(({ judge, own }) => ({ judge, label: topOf(own) })),
    divergenceBits: mean(pairs),
  };
}

function plainLabels({ distribution }: Reading) {
  return distribution.map(({ label, probability }) => ({ label: label.trim().toLowerCase(), probability }));
}

function topOf({ distribution }: Reading): string | null {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return top?.label ?? null;
}

/**
 * Krippendorff's alpha (nominal) of the judges' most probable labels over the faces of many images: 1 is agreement, 0 what
 * chance gives. A judge that abstained or failed is missing there. `null` where nothing can be paired, or one label is all.
 */
export function panelAlpha(panels: readonly Panel[], reading: ReadingName): number | null {
  const judges = [...new Set(panels.flatMap((panel) => panel.judges.map(({ id }) => id)))];
  const labels = new Map<string, number>();
  const units = panels
    .flatMap(({ agreement }) => agreement.filter((one) => one.reading === reading))
    .map(({ tops }) =>
      judges.map((judge) => {
        const label =
          tops
            .find((top) => top.judge === judge)
            ?.label?.trim()
            .toLowerCase() ?? null;
        if (label === null) return null;
        const place = labels.get(label) ?? labels.size;
        labels.set(label, place);
        return place;
      }),
    );
  return units.length === 0 ? null : plainValue(krippendorffStatistic(units, "nominal"), units.length);
}

/** The cues of all judges that cite evidence and that measurements do not contradict, with an id for each. */
export function panelClaims(judges: readonly Judged[]): PanelClaim[] {
  const claims = judges.flatMap(({ id: judge, judgment, grounding }) =>
    (judgment?.subjects ?? []).flatMap(({ faceId, cues }, subject) =>
      cues.flatMap(({ label, direction, statement, evidenceIds }, cue) => {
        const path = `subjects[${subject}].cues[${cue}]`;
        const verdict = grounding?.claims.find((claim) => claim.path === path)?.verdict;
        const holds = verdict !== undefined && verdict !== "contradicted" && verdict !== "uncited";
        if (!holds) return [];
        return [{ judge, faceId, label, direction, statement, evidenceIds, verdict }];
      }),
    ),
  );
  return claims.map((claim, index) => ({ id: `C${index + 1}`, ...claim }));
}

/** The cue that a claim of the panel is, as its judge gave it. */
export function cueOf({ judge, faceId, statement }: PanelClaim, judges: readonly Judged[]) {
  const judgment: Judgment | null | undefined = judges.find(({ id }) => id === judge)?.judgment;
  const subject = judgment?.subjects.find((each) => each.faceId === faceId);
  return subject?.cues.find((cue) => cue.statement === statement);
}
