import { afterAll, vi } from "vitest";
import { signalListeners } from "./signal-listeners.ts";
import { removeTemporaryFolders } from "./temp-folder.ts";

// Test files share a process, and this runs before each of them. After the file's last hook it puts back where it works, what
// it is told, what it listens for and what the file has replaced, for the file that comes next, and removes its folders.
const folder = process.cwd();
const variables = { ...process.env };
const endListening = signalListeners();

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  endListening();
  process.exitCode = undefined;
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  await removeTemporaryFolders();
});
