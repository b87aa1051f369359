import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { isAbsolute, join, normalize, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { ConfigurationError } from "./domain/errors.ts";
import { endingOf } from "./measuring/folder-files.ts";
import { IMAGE_ENDINGS, VIDEO_ENDINGS } from "./measuring/image-format.ts";
import { ownPath } from "./platform/package-paths.ts";
import { isObjectAddress, systemPath } from "./platform/system-path.ts";
import { csvLines } from "./platform/tables/write-table.ts";
import { writeFileAtomic, writeNewFile } from "./platform/write-file-atomic.ts";
import { MOST_SHARDS, numberOfShard } from "./runs/shard.ts";
import { PLAN_FILES, slurmScript } from "./study/slurm-script.ts";
import { listInputs } from "./study/study-inputs.ts";

/** A study to be measured by a job array of SLURM's. */
interface SlurmQuery {
  /** As `measure` takes them, or one `.tar`. */
  readonly words: readonly string[];
  readonly tasks: number;
  /** The folder of the study. */
  readonly out: string;
  /** Further options of `measure`, as a shell reads them. */
  readonly options: string;
}

/**
 * Lists the inputs of a study into a folder beside it, so that no task has to look for them, and makes the script of the
 * array.
 *
 * @throws {ConfigurationError} if the words name nothing, or the folder holds another plan.
 */
export async function planSlurm(query: SlurmQuery, notify?: (notice: string) => void): Promise<string> {
  const { words, tasks, options } = query;
  if (tasks > MOST_SHARDS) throw new ConfigurationError(`Cannot plan ${tasks} tasks as ${MOST_SHARDS} are the most`);
  const out = resolve(query.out);
  const folder = `${out}.slurm`;
  const archive = archiveIn(words);
  const list = join(folder, PLAN_FILES.list);
  if (archive === null) {
    const inputs = await listInputs(words, notify);
    const fromList = (path: string) =>
      isAbsolute(path) || isObjectAddress(path) ? path : relative(folder, resolve(path));
    await writeNewFile(
      list,
      listOf(inputs.map(({ path, neutralPath }) => [path, neutralPath].map((name) => name && fromList(name)))),
    );
  } else {
    const members = await membersOf(archive);
    await writeNewFile(list, listOf(members.map((name) => [normalize(name), null])));
    await writeMembers(folder, members, tasks);
  }
  await mkdir(systemPath(join(folder, "logs")), { recursive: true });
  const kuleshov = [process.execPath, ownPath("bin", "kuleshov.js")];
  return slurmScript({ tasks, out, folder, workingFolder: process.cwd(), archive, kuleshov, options });
}

function listOf(rows: readonly (readonly (string | null)[])[]): string {
  const hasNeutral = rows.some(([, neutral]) => neutral !== null);
  return csvLines([["path", "neutral"], ...rows].map((row) => (hasNeutral ? row : row.slice(0, 1))));
}

function archiveIn(words: readonly string[]): string | null {
  const archives = words.filter((word) => /\.(tar|tgz|tar\.\w+)$/i.test(word));
  const [archive] = archives;
  if (archive === undefined) return null;
  if (words.length === 1 && /\.tar$/i.test(archive)) return resolve(archive);
  const reason =
    words.length > 1 ? "an archive is the only input" : "tasks cannot take single files out of a compressed one";
  throw new ConfigurationError(`Cannot plan as ${reason}: name one .tar (\`${archive}\`)`);
}

/** The images and clips of an archive, by their names as they are in it, whatever the locale. */
async function membersOf(archive: string): Promise<string[]> {
  const child = spawn("tar", ["-t", "--quoting-style=literal", "-f", archive], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  child.stderr.resume();
  const endings: readonly string[] = [...IMAGE_ENDINGS, ...VIDEO_ENDINGS];
  const names: string[] = [];
  for await (const name of createInterface({ input: child.stdout })) {
    if (endings.includes(endingOf(name))) names.push(name);
  }
  if ((await ended) !== 0)
    throw new ConfigurationError(`Cannot plan as GNU tar cannot list the archive: \`${archive}\``);
  if (names.length > 0) return names;
  throw new ConfigurationError(`Cannot plan as the archive holds no image or video: \`${archive}\``);
}

/** Which members each task unpacks: those of its shard. */
async function writeMembers(folder: string, members: readonly string[], tasks: number): Promise<void> {
  const own = Array.from({ length: tasks }, (): string[] => []);
  for (const name of members) own[numberOfShard(normalize(name), tasks) - 1]?.push(name);
  for (const [index, names] of own.entries()) {
    const lines = names.map((name) => `${name}\n`).join("");
    await writeFileAtomic(join(folder, PLAN_FILES.members(index + 1)), lines);
  }
}
