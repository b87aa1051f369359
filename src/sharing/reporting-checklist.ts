import { modelInWords, promptInWords } from "../evaluation/report/conditions-in-words.ts";
import { scorerMethods } from "../evaluation/report/scorer-methods.ts";
import type { ScoredRun } from "../evaluation/report/write-report.ts";

/** What only the authors know. */
const TO_FILL = "_to be filled in_";

/** What a reader needs to repeat an evaluation, item by item, with what the run says of each. */
export function reportingChecklist({ run: { header, samples }, file, summary }: ScoredRun): string {
  const { matrix, analysis } = file;
  const records = summary.cells.flatMap(({ scorers }) => (scorers[0]?.calls ?? []).map(({ record }) => record));
  const ran = [...new Set(records.flatMap(({ fingerprint }) => fingerprint ?? []))];
  const failed = records.filter(({ failure }) => failure !== null).length;
  const abstained = records.filter(({ answer }) => answer?.abstention != null).length;
  const items: readonly (readonly [string, string])[] = [
    [
      "Models, and the settings that were set",
      matrix.models.map((name) => modelInWords(name, file, header)).join("; "),
    ],
    ["Version that its server said it ran", ran.length === 0 ? "the server named none" : ran.join(", ")],
    ["Prompts", promptsInWords(file, header)],
    ["Seeds", matrix.seeds.join(", ")],
    ["Answers per sample and condition", String(matrix.repeats)],
    ["Exemplars shown", matrix.shots.join(", ")],
    ["Measured evidence shown", matrix.evidence.map((one) => (one === "none" ? "none" : one.join(" + "))).join(", ")],
    ["Ways of showing the image", matrix.arms.join(", ")],
    ["Samples", String(samples.length)],
    ["Rows of the data set left out", skippedInWords(header.skippedRows)],
    ["Calls; failed or refused; abstained", `${records.length}; ${failed}; ${abstained}`],
    ["Failures count as", analysis.failures],
    ["Answers from the cache", String(records.filter(({ cached }) => cached).length)],
    [
      "Intervals",
      `${Math.round(analysis.level * 100)} %, bootstrap, ${analysis.resamples} resamples, seed ${analysis.seed}`,
    ],
    ["Scorers, and the reading that is scored", `${file.scorers.join(", ")}; ${analysis.reading}`],
    ["Tests and estimates of theirs", scorerMethods(file).join(" ") || "none beside metrics and their comparison"],
    ["Software", `Kuleshov ${header.kuleshovVersion}, Node.js ${header.nodeVersion}, ${header.platform}`],
    ["When", header.createdAt.slice(0, 10)],
    ["Who is shown, consent, ethics approval", TO_FILL],
    ["Whether images left the machine, and to whom", TO_FILL],
    ["Preregistration", TO_FILL],
  ];
  const rows = items.map(([item, said]) => `| ${item} | ${said.replaceAll("|", "\\|")} |`);
  return `# Reporting checklist: ${header.name}\n\n| item | in this run |\n|---|---|\n${rows.join("\n")}\n`;
}

function promptsInWords(file: ScoredRun["file"], header: ScoredRun["run"]["header"]): string {
  const names = file.matrix.prompts.map((name) => promptInWords(name, header));
  return `${names.join(", ")}; all ${Object.keys(header.prompts).length} texts with their hashes in materials/${header.name}-prompts.md`;
}

function skippedInWords(skipped: readonly { readonly where: string; readonly reason: string }[]): string {
  if (skipped.length === 0) return "none";
  return `${skipped.length}: ${skipped
    .slice(0, 5)
    .map(({ where, reason }) => `${where} (${reason})`)
    .join("; ")}`;
}
