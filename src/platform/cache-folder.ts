import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Folder for everything Kuleshov can rebuild or fetch again: `KULESHOV_CACHE` where set, otherwise the platform's own
 * place (`~/.cache/kuleshov`, `~/Library/Caches/kuleshov`, `%LOCALAPPDATA%\kuleshov\Cache`). It may not exist yet.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const chosen = env.KULESHOV_CACHE;
  if (chosen !== undefined && chosen !== "") return chosen;
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "kuleshov");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "kuleshov", "Cache");
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg === undefined || xdg === "" ? join(homedir(), ".cache") : xdg, "kuleshov");
}
