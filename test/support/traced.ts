import { spawn, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Whether the calls of a process, of all its threads and of what it starts, can be watched on this machine. */
export const canTrace = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
/** Stops at the watched calls alone, where strace (5.3) and the kernel can do that. */
const WATCHED_ALONE =
  spawnSync("strace", ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"]).status === 0 ? ["--seccomp-bpf"] : [];
/** Whether a process can be put into a network namespace that holds nothing, not even loopback. */
const canCutOff = spawnSync("unshare", ["-n", "true"]).status === 0;

/** How to start a program so that every use it makes of the network is written down, and cannot lead anywhere. */
export function traced(program: readonly string[], log: string): readonly [command: string, args: readonly string[]] {
  const calls = ["-e", "trace=connect,sendto,sendmsg,sendmmsg"];
  const strace = ["strace", "-f", ...WATCHED_ALONE, "-qq", ...calls, "-o", log, ...program];
  const [command = "", ...args] = canCutOff ? ["unshare", "-n", ...strace] : strace;
  return [command, args];
}

/** Runs a program to its end in `folder`, which is its home too, with no other variable than the path. */
export async function runTraced(
  program: readonly string[],
  folder: string,
): Promise<{ code: number | null; said: string }> {
  const [command, args] = traced(program, join(folder, "calls.log"));
  const child = spawn(command, args, { cwd: folder, env: bareEnvironment(folder), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, said };
}

export function bareEnvironment(home: string): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: home };
}

/** The calls that reached for something beyond this process: connections, look-ups and datagrams. */
export async function networkCalls(folder: string): Promise<readonly string[]> {
  const calls = (await readFile(join(folder, "calls.log"), "utf8")).split("\n");
  return calls.filter((call) => /sa_family=AF_(INET6?|UNIX)/.test(call)).map((call) => call.replace(/^\d+\s+/, ""));
}
