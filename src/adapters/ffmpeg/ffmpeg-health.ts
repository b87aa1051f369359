import type { HealthCheck } from "../../domain/health.ts";
import { runProcess } from "../toolbox-process/run-process.ts";

/** `ffmpeg version 5.1.9-0+deb12u1 Copyright ...`; builds of the day are called after a commit, such as `N-118000-gabcdef`. */
const VERSION = /^ffmpeg version (\S+)/m;
/** What the filters that read frames need. */
const OLDEST = 4;
const TIME_LIMIT_MS = 10_000;

const GET_IT = "install it from ffmpeg.org, or set KULESHOV_FFMPEG to where it is";
const WITHOUT_IT =
  "Without it: `kuleshov ask frames --fps 10` asks about a folder of frames, and --sound takes WAV files.";

/** Whether clips and sound can be read here. */
export async function checkFfmpeg(
  { command }: { readonly command: string },
  signal?: AbortSignal,
): Promise<HealthCheck> {
  const check = { group: "machine", name: "ffmpeg" } as const;
  const asked = { file: command, args: ["-version"], cwd: process.cwd() };
  const { ended, exitCode, stdout } = await runProcess(asked, { timeLimitMs: TIME_LIMIT_MS }, signal);
  if (ended === "not started") {
    const detail = `no \`${command}\` here, which reads clips and sound`;
    return { ...check, state: "missing", detail, remedy: `${GET_IT}\n${WITHOUT_IT}` };
  }
  const version = VERSION.exec(stdout)?.[1];
  if (exitCode !== 0 || version === undefined) {
    const detail = `\`${command}\` does not say its version as ffmpeg does`;
    return { ...check, state: "broken", detail, remedy: `${GET_IT}\n${WITHOUT_IT}` };
  }
  if (Number(/^n?(\d+)\./.exec(version)?.[1] ?? OLDEST) < OLDEST) {
    const detail = `\`${command}\` is version ${version}, and ${OLDEST} or newer is needed`;
    return { ...check, state: "broken", detail, remedy: `${GET_IT}\n${WITHOUT_IT}` };
  }
  const detail = `${version} (\`${command}\`) reads clips and sound; ffprobe is not needed`;
  return { ...check, state: "ready", detail, remedy: null };
}
