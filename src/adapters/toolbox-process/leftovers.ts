import { rmSync } from "node:fs";

/** What must not outlive this program: folders with copies of images, and process groups. */
const folders = new Set<string>();
const groups = new Set<number>();
let listening = false;

/** Has the folder removed when the program ends before `forgetFolder`. */
export function rememberFolder(folder: string): void {
  folders.add(folder);
  listen();
}

export function forgetFolder(folder: string): void {
  folders.delete(folder);
}

/** Has the process group killed when the program ends before `forgetGroup`. */
export function rememberGroup(pid: number): void {
  groups.add(pid);
  listen();
}

export function forgetGroup(pid: number): void {
  groups.delete(pid);
}

/** Sends a signal to a process and all that it started. Nothing happens when they have ended. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on("exit", () => {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
}
