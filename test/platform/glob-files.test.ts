import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { globFiles } from "../../src/platform/glob-files.ts";
import { systemPath } from "../../src/platform/system-path.ts";
import { tempFolder } from "../support/temp-folder.ts";

it.runIf(process.platform === "linux")("finds files and folders whose names are not UTF-8", async () => {
  const cwd = await tempFolder();
  const names = ["a.jpg", "caf\udce9.jpg", join("ann\udcff", "b.jpg"), join("plain", "c.txt")];
  for (const folder of ["ann\udcff", "plain"]) await mkdir(systemPath(join(cwd, folder)));
  for (const name of names) await writeFile(systemPath(join(cwd, name)), "");
  await symlink(systemPath("../ann\udcff"), join(cwd, "plain", "link"));
  expect(await globFiles("plain/*/*.jpg", { cwd })).toEqual([join("plain", "link", "b.jpg")]);
  expect(await globFiles("**/*.jpg", { cwd })).toEqual(
    ["a.jpg", join("ann\udcff", "b.jpg"), "caf\udce9.jpg", join("plain", "link", "b.jpg")].sort(),
  );
  expect(await globFiles(join(cwd, "*.JPG"), { absolute: true, caseSensitiveMatch: false })).toEqual([
    join(cwd, "a.jpg"),
    join(cwd, "caf\udce9.jpg"),
  ]);
});
