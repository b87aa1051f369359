import { basename, resolve } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { checkFace } from "../judging/asked-face.ts";
import { targetFace } from "./scene.ts";

/** One image of the lab, and whose face is asked about in it. */
export interface LabImage {
  /** Its file's name, with its place in front where two are called alike. */
  readonly name: string;
  readonly path: string;
  /** In source pixels; `null` of a scene to swap into that shows nobody. */
  readonly region: PixelBox | null;
  /** `F2 of 3 faces, the largest`; `""` where there is one face or none. */
  readonly face: string;
}

/**
 * The images with the face that is asked about in each: the one that is named (`F2`, or of one of several images
 * `image.jpg=F2`), else the largest.
 *
 * @throws {ConfigurationError} if an image does not show the face that is named for it, or any, or there is no such image.
 */
export async function labImages(
  given: {
    readonly images: readonly string[];
    readonly swap?: string | undefined;
    readonly faces?: readonly string[] | undefined;
  },
  facesIn: (path: string) => Promise<readonly Face[]>,
): Promise<LabImage[]> {
  const { swap, faces: named = [] } = given;
  const images = withNames([...given.images, ...(swap === undefined ? [] : [swap])]);
  const stray = named.find((each) => each.includes("=") && !images.some(({ name }) => each.startsWith(`${name}=`)));
  if (stray !== undefined) {
    const names = images.map(({ name }) => name).join(", ");
    throw new ConfigurationError(`--face ${stray} names none of the images: ${names}`);
  }
  return Promise.all(
    images.map(async ({ name, path }, i) => {
      const faces = await facesIn(path);
      // The scene to swap into is another image, with people of its own.
      const forAll = i < given.images.length ? named.find((each) => !each.includes("=")) : undefined;
      const one = named.find((each) => each.startsWith(`${name}=`)) ?? forAll;
      const id = one?.slice(one.lastIndexOf("=") + 1);
      if (faces.length === 0 && i < given.images.length) {
        throw new ConfigurationError(
          `Cannot show image with and without its context as no face was found in it: leave it out (\`${path}\`)`,
        );
      }
      checkFace(id, faces, ` in \`${name}\``);
      const face = id === undefined ? targetFace(faces, null) : faces.find(({ faceId }) => faceId === id);
      const chosen = id === undefined ? ", the largest" : "";
      const said = face === undefined || faces.length < 2 ? "" : `${face.faceId} of ${faces.length} faces${chosen}`;
      return { name, path, region: face?.box ?? null, face: said };
    }),
  );
}

function withNames(given: readonly string[]): { readonly name: string; readonly path: string }[] {
  const names = labNames(given);
  return given.map((path, i) => ({ path: resolve(path), name: names[i] as string }));
}

/** What images are called: their files' names, with the place in front where two are called alike. */
export function labNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${i + 1}-${name}`));
}
