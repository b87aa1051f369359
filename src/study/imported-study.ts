import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { StudyFace } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { createExpressionSpace, type ExpressionSpace } from "../domain/expression-space.ts";
import type { ToolboxId } from "../domain/measurement.ts";
import type { NetworkReference } from "../domain/report.ts";
import { type FaceRecord, ImageRecord } from "../measuring/measurement-json.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { readRunLines } from "../runs/journal.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { openStudyPeople } from "./clip-notes.ts";
import { type ExcludedFaces, openStudyFilter, type StudyFilter } from "./exclusions.ts";
import { ImportSettings, StudyDescription } from "./study-folder.ts";

/** A study that was imported from toolboxes' files, as discovering takes one: no images, no exemplars. */
interface OpenedImport {
  /** The first toolbox of the study: its faces are the points of the space. */
  readonly toolbox: { readonly id: ToolboxId; readonly networks: readonly NetworkReference[] };
  readonly space: ExpressionSpace;
  /** Every image, and every frame of a video by a name of its own. */
  readonly inputs: readonly { readonly path: string; readonly excluded?: ExcludedFaces }[];
  /** Exemplars were measured by another toolbox, and none can be measured by this one. */
  readonly store: { placed(): Promise<[]> };
  readonly concurrency: number;
  measure(path: string): Promise<{
    readonly image: { readonly sha256: null };
    readonly faces: readonly (Pick<StudyFace, "faceId" | "box"> & {
      readonly measurements: readonly StudyFace["measurement"][];
    })[];
  }>;
  close(): Promise<void>;
}

/**
 * Opens the study in a folder when it was imported; `undefined` for everything else.
 *
 * @throws {ConfigurationError} if it is not finished, or its toolbox measured no action unit.
 */
export async function openImportedStudy(folder: string): Promise<OpenedImport | undefined> {
  const history = await readRunHistory(folder).catch(() => undefined);
  if (history?.began.command !== "import") return undefined;
  const refuse = (reason: string) => new ConfigurationError(`Cannot use imported study as ${reason}: \`${folder}\``);
  if (!history.finished) throw refuse("it is not finished (go on with it: kuleshov import --resume)");
  const description = StudyDescription.parse(JSON.parse(await readText(join(folder, "study.json"))));
  const [first] = ImportSettings.parse(description.settings).toolboxes;
  if (first === undefined || first.supports.actionUnits.length === 0) {
    throw refuse(`${first?.id ?? "no toolbox"} measured no action units, which groups of faces are made of`);
  }
  const filter = await openStudyFilter(folder);
  const records = await recordsOf(folder, first.id, filter);
  return {
    toolbox: first,
    space: createExpressionSpace(first.id, first.supports, first.supports.expressions.length > 0 ? [first.id] : []),
    inputs: [...records].map(([path, { excluded }]) => (excluded.length > 0 ? { path, excluded } : { path })),
    store: { placed: async () => [] },
    concurrency: 1,
    measure: async (path) => ({ image: { sha256: null }, faces: records.get(path)?.faces ?? [] }),
    close: async () => undefined,
  };
}

type ImportedFaces = Awaited<ReturnType<OpenedImport["measure"]>>["faces"];

interface ImportedMoment {
  readonly faces: ImportedFaces;
  readonly excluded: ExcludedFaces;
}

async function recordsOf(
  folder: string,
  toolbox: ToolboxId,
  filter: StudyFilter,
): Promise<ReadonlyMap<string, ImportedMoment>> {
  const records = new Map<string, ImportedMoment>();
  const people = await openStudyPeople(folder);
  for await (const { path, frame, faces } of readImageRecords(folder)) {
    const moment = frame === undefined ? path : `${path} frame ${frame.index}`;
    const own = faces.filter(({ toolboxes }) => toolboxes.includes(toolbox));
    const kept = own.filter(({ faceId }) => filter.keepsFace({ path, frame: frame?.index ?? null, faceId }));
    const named = withNames(kept, (trackId) => people.nameOf({ path, frame: frame?.index ?? null, trackId }));
    records.set(moment, {
      faces: named.map((face) => measuredBy(toolbox, face)),
      excluded: own.filter((face) => !kept.includes(face)).map(({ faceId, box }) => ({ faceId, box })),
    });
  }
  return records;
}

/** Faces by the names that people gave them; two of one name in a frame keep their own, which tell them apart. */
function withNames(faces: readonly FaceRecord[], nameOf: (trackId: string | null) => string | null): FaceRecord[] {
  const names = faces.map(({ trackId }) => nameOf(trackId ?? null));
  return faces.map((face, at) => {
    const name = names[at] ?? null;
    const isOnly = name !== null && name !== face.trackId && names.indexOf(name) === names.lastIndexOf(name);
    return isOnly ? { ...face, faceId: name } : face;
  });
}

/** Everything that a study has measured, image by image. @throws {KuleshovError} naming the line, if one is damaged. */
export async function* readImageRecords(folder: string): AsyncGenerator<ImageRecord> {
  const path = join(folder, "measurements.jsonl");
  await stat(systemPath(path)); // of a study that is whole, it is there
  yield* readRunLines(path, ImageRecord);
}

/** What one toolbox measured on a face. Pose and gaze are its own only where no other toolbox measured the face. */
export function measuredBy(toolbox: ToolboxId, face: FaceRecord): ImportedFaces[number] {
  const alone = face.toolboxes.length === 1;
  return {
    faceId: face.faceId,
    box: face.box,
    measurements: [
      {
        toolbox,
        box: face.box,
        score: alone ? face.score : null,
        landmarks: null,
        quality: null,
        headPose: alone ? face.headPose : null,
        gaze: alone ? face.gaze : null,
        eyeOpenness: null,
        actionUnits: face.actionUnits.filter((unit) => unit.toolbox === toolbox),
        expressions: face.expressions.filter(({ source }) => source === toolbox),
      },
    ],
  };
}
