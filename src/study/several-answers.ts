import { fixedAnswerNote, type ReadFace } from "../domain/fixed-answers.ts";
import { type Judgment, READING_NAMES } from "../domain/judgment.ts";
import { panelAlpha } from "../domain/panel-agreement.ts";
import type { PooledReading } from "../domain/pooled-reading.ts";
import { agreeingIn } from "../domain/reading-rows.ts";
import type { Cell } from "../platform/tables/write-table.ts";
import type { AskedItem } from "./asked-item.ts";

type KeptReport = NonNullable<AskedItem["report"]>;

/** Columns that only runs with samples, a panel or a level have. */
export interface ExtraColumns {
  readonly columns: readonly string[];
  cellsOf(report: KeptReport, faceId: string | null): readonly Cell[];
}

const COLUMN_OF = { faceOnly: "face_only", contextOnly: "context_only", integrated: "integrated" } as const;
const IN_WORDS = { faceOnly: "face only", contextOnly: "context only", integrated: "integrated" } as const;

/** Which of them this run has. */
export function extraColumnsOf(items: readonly AskedItem[]): readonly ExtraColumns[] {
  const has = (key: "samples" | "panel" | "labelSets") => items.some(({ report }) => report?.[key] !== undefined);
  return [
    ...(has("samples") ? [SAMPLE_COLUMNS] : []),
    ...(has("panel") ? [PANEL_COLUMNS] : []),
    ...(has("labelSets") ? [SET_COLUMNS] : []),
  ];
}

const SAMPLE_COLUMNS: ExtraColumns = {
  columns: ["samples", "samples_failed", ...named("sd"), ...named("abstained")],
  cellsOf({ samples }, faceId) {
    const subject = samples?.subjects.find((each) => each.faceId === faceId);
    const failed = samples?.runs.filter(({ failure }) => failure !== null).length ?? null;
    const each = (of: (pooled: PooledReading) => Cell) =>
      READING_NAMES.map((name) => (subject === undefined ? null : of(subject[name])));
    const sds = each(({ distribution }) => distribution[0]?.sd ?? null);
    return [samples?.runs.length ?? null, failed, ...sds, ...each(({ abstained }) => abstained)];
  },
};

const PANEL_COLUMNS: ExtraColumns = {
  columns: ["judges", "judges_failed", ...named("agree"), ...named("divergence_bits")],
  cellsOf({ panel }, faceId) {
    const failed = panel?.judges.filter(({ failure }) => failure !== null).length ?? null;
    const about = READING_NAMES.map((name) =>
      panel?.agreement.find((one) => one.faceId === faceId && one.reading === name),
    );
    const agree = about.map((one) => (one === undefined ? null : agreeingIn(one.tops)));
    return [panel?.judges.length ?? null, failed, ...agree, ...about.map((one) => one?.divergenceBits ?? null)];
  },
};

const SET_COLUMNS: ExtraColumns = {
  columns: ["level", ...named("set"), ...named("outcome")],
  cellsOf({ labelSets }, faceId) {
    const subject = labelSets?.subjects.find((each) => each.faceId === faceId);
    const sets = READING_NAMES.map((name) => subject?.[name]);
    return [
      labelSets?.level ?? null,
      ...sets.map((set) => set?.labels?.join("; ") ?? null),
      ...sets.map((set) => set?.outcome ?? null),
    ];
  },
};

function named(what: string): readonly string[] {
  return READING_NAMES.map((name) => `${COLUMN_OF[name]}_${what}`);
}

/** Who failed, and what the judge of judges chose. */
export function remarksOn({ report }: AskedItem): string[] {
  const { panel, samples } = report ?? {};
  const failed =
    panel?.judges.flatMap(({ id, failure }) => (failure === null ? [] : [`${id} failed: ${failure}`])) ?? [];
  const lost = samples?.runs.filter(({ failure }) => failure !== null).length ?? 0;
  const chosen = panel?.chair?.chosen ?? null;
  return [
    ...failed,
    ...(lost === 0 ? [] : [`${lost} of ${samples?.runs.length} samples failed`]),
    ...(samples?.identical ? ["All samples gave the same numbers"] : []),
    ...(chosen === null
      ? []
      : [
          `${panel?.chair?.model} chose among the claims of all: ${chosen.map((id) => claimInWords(id, report)).join("; ")}`,
        ]),
  ];
}

function claimInWords(id: string, report: AskedItem["report"]): string {
  const claim = report?.panel?.claims.find((each) => each.id === id);
  return claim === undefined ? id : `${claim.statement} (${claim.judge})`;
}

/** What the answers of a run say together: judges that give the same numbers whatever the face, and how far they agree. */
export function notesOn(items: readonly AskedItem[]): readonly string[] {
  const reports = items.flatMap(({ report }) => report ?? []);
  const judges = new Map<string, Map<string, ReadFace>>();
  for (const report of reports) {
    const { image, model } = report.provenance;
    const asked = report.panel?.judges ?? [{ id: model.id, judgment: report.judgment }];
    for (const { id, judgment } of asked) {
      const faces = judges.get(id) ?? new Map<string, ReadFace>();
      judges.set(id, faces);
      for (const [key, face] of readFaces(judgment, image.sha256)) if (!faces.has(key)) faces.set(key, face);
    }
  }
  return [
    ...[...judges].flatMap(([id, faces]) => fixedAnswerNote(id, [...faces.values()]) ?? []),
    ...alphaNote(reports),
  ];
}

/** The faces of one image, each by the image's hash: the same image asked about twice is one. */
function readFaces(judgment: Judgment | null, image: string): (readonly [string, ReadFace])[] {
  return (judgment?.subjects ?? []).map(({ faceId, faceOnly, integrated }) => [
    `${image} ${faceId}`,
    { faceOnly: faceOnly.distribution, integrated: integrated.distribution },
  ]);
}

function alphaNote(reports: readonly KeptReport[]): readonly string[] {
  const panels = reports.flatMap(({ panel }) => panel ?? []);
  if (panels.length < 2) return [];
  const each = READING_NAMES.map((name) => {
    const alpha = panelAlpha(panels, name);
    return `${IN_WORDS[name]} ${alpha === null ? "undefined" : alpha.toFixed(2)}`;
  });
  return [`Agreement of the judges on the most probable label, Krippendorff's alpha: ${each.join(", ")}`];
}
