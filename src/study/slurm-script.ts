import { join, relative } from "node:path";
import { shellWord } from "../runs/missing-shards.ts";

/** A job array of SLURM's that measures a study in shards. */
interface SlurmPlan {
  readonly tasks: number;
  /** Where the study goes; all paths are absolute. */
  readonly out: string;
  /** Holds the list of inputs, what tasks say, and the shards. */
  readonly folder: string;
  /** Where relative paths of the list begin. */
  readonly workingFolder: string;
  /** An archive that holds the images, of which each task unpacks its own; `null` where they lie on the file system. */
  readonly archive: string | null;
  /** The program and script of Kuleshov. */
  readonly kuleshov: readonly string[];
  /** Further options of `measure`, as a shell reads them. */
  readonly options: string;
}

/** Files of a plan in its folder. */
export const PLAN_FILES = {
  list: "inputs.csv",
  /** What of an archive a task unpacks. */
  members: (task: number | string) => `members/${task}.txt`,
} as const;

/**
 * The script: `sbatch` takes it as the array, and `bash` submits the array with a merge that follows it. A task that is
 * interrupted before its time ends, or killed, is put into the queue again and goes on.
 */
export function slurmScript(plan: SlurmPlan): string {
  const [out, folder, workingFolder] = [plan.out, plan.folder, plan.workingFolder].map(shellWord);
  const kuleshov = plan.kuleshov.map(shellWord).join(" ");
  const options = plan.options === "" ? "" : ` ${plan.options}`;
  return `#!/bin/bash
#SBATCH --job-name=kuleshov
#SBATCH --array=1-${plan.tasks}
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="${plan.folder.replaceAll("%", "%%")}/logs/%a.log"
#SBATCH --signal=B:USR1@120
# bash job.sh    submits the array, and a merge for when all of it is done
# sbatch job.sh  submits the array alone, as in: sbatch --array=7,19 job.sh
# Partition, account, time and memory are your cluster's: change them above.

kuleshov=(${kuleshov})  # change it where nodes have Kuleshov elsewhere
tasks=${plan.tasks}
folder=${folder}
out=${out}
most_restarts=10

if [ -z "\${SLURM_JOB_ID:-}" ]; then
  array=$(sbatch --parsable "$0") || exit
  merge=$(sbatch --parsable --dependency="afterok:$array" --array=1-1 --output="$folder/logs/merge.log" "$0" merge) || exit
  echo "Submitted array $array with $tasks tasks, and merge $merge after it"
  exit
fi

cd ${workingFolder} || exit
if [ "\${1:-}" = merge ]; then exec "\${kuleshov[@]}" merge "$folder"/shards/*-of-"$tasks" --out "$out"; fi

scratch=\${SLURM_TMPDIR:-\${TMPDIR:-/tmp}}
export KULESHOV_CACHE="\${KULESHOV_CACHE:-$scratch/kuleshov-cache-$(id -u)}"
${plan.archive === null ? fromFiles(plan) : fromArchive(plan.archive)}
requeue() {  # by its number in the array: one of the tasks has the array's own id
  task="\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
  if [ "\${SLURM_RESTART_COUNT:-0}" -lt "$most_restarts" ]; then scontrol requeue "$task" && exit 0; fi
  exit "$1"
}
stop() { kill -TERM "$child"; }
stopped=
child=
trap 'stopped=1; [ -z "$child" ] || stop' USR1  # time is nearly up: as after Ctrl-C, what is done is kept
trap 'stopped=2' TERM                           # SLURM tells all processes of a task, so Kuleshov knows

"\${kuleshov[@]}" measure "$list" --shard "$SLURM_ARRAY_TASK_ID/$tasks" --out "$folder/shards" --resume \\
  --workers "\${SLURM_CPUS_PER_TASK:-1}"${options} &
child=$!
[ -z "$stopped" ] || stop
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done  # a trap ends a wait early
[ "$stopped" = 2 ] && exit "$code"
case $code in
  0 | 1) exit 0 ;;                       # 1: some inputs could not be measured, and failures.csv says why
  130 | 137 | 143) requeue "$code" ;;    # interrupted, or killed
esac
exit "$code"
`;
}

/** The list by a relative name, so that images have names that begin where the plan was made. */
function fromFiles({ workingFolder, folder }: SlurmPlan): string {
  return `list=${shellWord(relative(workingFolder, join(folder, PLAN_FILES.list)))}\n`;
}

/**
 * Each task unpacks its own images where it runs: an archive is one file to the shared file system. Whoever made it did not
 * write the script: names that look like options of `tar` are names.
 */
function fromArchive(archive: string): string {
  return `own="$scratch/kuleshov-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID"
mkdir -p "$own" && cd "$own" || exit
trap 'rm -rf "$own"' EXIT
tar -x -f ${shellWord(archive)} --verbatim-files-from --no-unquote -T "$folder/${PLAN_FILES.members("$SLURM_ARRAY_TASK_ID")}" || exit
cp "$folder/${PLAN_FILES.list}" . || exit
list=${PLAN_FILES.list}
`;
}
