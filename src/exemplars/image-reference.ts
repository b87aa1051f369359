import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { findInstalledPackage } from "../platform/package-paths.ts";

const NPM = /^npm:((?:@[^/]+\/)?[^/]+)\/(.+)$/;

/**
 * Where an image named in a pack is: `npm:@vladmandic/face-api/demo/sample1.jpg` in the installed dependency, other
 * names relative to the pack's file.
 * @returns `undefined` when it names a package that is not installed, or a place outside that package.
 */
export function locateImage(name: string, packPath: string): string | undefined {
  const reference = NPM.exec(name);
  if (reference === null) return isAbsolute(name) ? name : join(dirname(packPath), name);
  const [, packageName = "", file = ""] = reference;
  const installed = findInstalledPackage(packageName);
  if (installed === undefined) return undefined;
  const path = join(installed.folder, file);
  return relative(installed.folder, path).startsWith("..") ? undefined : path;
}

/** How a pack at `packPath` names an image: as it is when it names a package, relative to the pack where it lies below it, else in full. */
export function imageName(path: string, packPath: string): string {
  if (NPM.test(path)) return path;
  const near = relative(dirname(packPath), path);
  return near.startsWith("..") || isAbsolute(near) ? resolve(path) : near.split(sep).join("/");
}
