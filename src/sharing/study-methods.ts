import type { Exclusion } from "../study/exclusions.ts";
import type { StudyDescription } from "../study/study-folder.ts";

/** What a methods paragraph counts. */
interface StudyCounts {
  readonly imagesWithoutFace: number;
  readonly exclusions: readonly Pick<Exclusion, "reason">[];
  readonly hasClips: boolean;
}

/** A methods paragraph of a study, with every version that decides its numbers. */
export function studyMethods(
  study: StudyDescription,
  { imagesWithoutFace, exclusions, hasClips }: StudyCounts,
): string {
  const { settings, counts, kuleshovVersion, createdAt } = study;
  const toolboxes = settings.toolboxes.map(({ id, networks }) =>
    networks.length === 0
      ? id
      : `${id} (${networks.map((one) => `${one.id}, SHA-256 ${one.sha256.slice(0, 12)}`).join("; ")})`,
  );
  return [
    "files" in settings
      ? `Faces had been measured by ${toolboxes.join(", ")}; the toolboxes' files were imported.`
      : `Faces were measured by ${toolboxes.join(", ")} on the authors' own machine.`,
    `Of ${counts.images} ${hasClips ? "images and frames" : "images"}, ${imagesWithoutFace} showed no face that was found; ${counts.faces} faces were measured, and ${counts.failures} inputs could not be read.`,
    ...(hasClips && "fps" in settings ? [`Clips were sampled at ${settings.fps} frames per second.`] : []),
    ...("neutral" in settings && settings.neutral !== null
      ? ["Action units were measured against a resting face of the person."]
      : []),
    exclusionsInWords(exclusions),
    "Action units are reported on the scale of the toolbox that measured them (see the codebook); what was not measured is missing, never zero.",
    "All labels concern expressions as they are perceived; no felt state was inferred.",
    `The analysis used Kuleshov ${kuleshovVersion}, on ${createdAt.slice(0, 10)}.`,
  ].join(" ");
}

function exclusionsInWords(exclusions: StudyCounts["exclusions"]): string {
  if (exclusions.length === 0) return "No face was excluded.";
  const reasons = new Map<string, number>();
  for (const { reason } of exclusions)
    reasons.set(reason || "no reason given", (reasons.get(reason || "no reason given") ?? 0) + 1);
  const listed = [...reasons].map(([reason, count]) => `${reason}: ${count}`).join("; ");
  return `${exclusions.length} ${exclusions.length === 1 ? "face or image was" : "faces or images were"} excluded (${listed}).`;
}
