import { open } from "node:fs/promises";
import { vi } from "vitest";
import { ownPath } from "../../src/platform/package-paths.ts";

/** What the system says of a write to a full disk, put in the place of what opened files append. The spy's to be ended. */
export async function fullDisk() {
  const file = await open(ownPath("package.json"));
  const handles: Pick<typeof file, "appendFile"> = Object.getPrototypeOf(file);
  await file.close();
  const refusal = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  const real = handles.appendFile;
  return { spy: vi.spyOn(handles, "appendFile"), refusal, real };
}
