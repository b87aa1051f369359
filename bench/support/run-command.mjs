import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/kuleshov.js", import.meta.url));

/** Runs the command line in a process of its own. @returns seconds, those of its processors, and most resident memory. */
export async function runCommand(words) {
  const child = spawn(process.execPath, [bin, ...words], { stdio: ["ignore", "ignore", "inherit"] });
  let [peakMb, cpuSeconds] = [0, 0];
  const sampling = setInterval(async () => {
    const [status, stat] = await Promise.all(
      ["status", "stat"].map((name) => readFile(`/proc/${child.pid}/${name}`, "utf8").catch(() => "")),
    );
    peakMb = Math.max(peakMb, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000);
    // Clock ticks of a hundredth second in user and system mode, behind the name, which may hold blanks.
    const [user = 0, system = 0] = stat.split(") ")[1]?.split(" ").slice(11, 13).map(Number) ?? [];
    cpuSeconds = Math.max(cpuSeconds, (user + system) / 100);
  }, 100);
  const started = performance.now();
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`kuleshov ${words.join(" ")} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds, peakMb };
}
