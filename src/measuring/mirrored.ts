import type { NewEvidence } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { CoveredPart, Face, FaceMeasurement, Side } from "../domain/measurement.ts";
import type { FaceIdentity } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";

/*
 * Cameras of telephones and laptops store selfies as a mirror shows them: the subject's left is where others would see
 * their right. Who declares an image mirrored has it measured turned round, as others see the person; left and right,
 * angles and gaze are then right by construction. Places stay those of the image as it is.
 */

/** The image as others would see the person: every row of pixels turned round. */
export function unmirrored(image: DecodedImage): DecodedImage {
  const { rgb, widthPx, heightPx } = image;
  const turned = new Uint8Array(rgb.length);
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx * 3;
    for (let x = 0; x < widthPx; x++) {
      const [from, to] = [row + x * 3, row + (widthPx - 1 - x) * 3];
      turned[to] = rgb[from] as number; // inside by the loops' bounds
      turned[to + 1] = rgb[from + 1] as number;
      turned[to + 2] = rgb[from + 2] as number;
    }
  }
  return { ...image, rgb: turned };
}

const DECLARED =
  "The images were declared mirrored: sides and angles are as others see the person; boxes, landmarks and what a model is shown are the images as they are";

/** A toolbox for images that are declared mirrored. What it measures bears `mirrored`. */
export function mirroredToolbox(toolbox: FerToolbox): FerToolbox {
  const { measureGiven } = toolbox;
  const back = (image: DecodedImage, measured: readonly FaceMeasurement[]) =>
    measured.map((measurement) => ({ ...movedAcross(measurement, image), mirrored: true as const }));
  return {
    ...toolbox,
    mirrored: true,
    warnings: [...(toolbox.warnings ?? []), DECLARED],
    measure: async (image, signal) => back(image, await toolbox.measure(unmirrored(image), signal)),
    ...(measureGiven === undefined
      ? {}
      : {
          async measureGiven(image, faces, signal) {
            const turned = faces.map((face) => faceAcross(face, image));
            return back(image, await measureGiven(unmirrored(image), turned, signal));
          },
        }),
    close: () => toolbox.close(),
  };
}

/** An observer for images that are declared mirrored: it sees the scene turned round, and what it finds is put back. */
export function mirroredObserver(observer: SceneObserver): SceneObserver {
  return {
    ...observer,
    mirrored: true,
    async observe({ image, faces }, signal) {
      const turned = { image: unmirrored(image), faces: faces.map((face) => faceAcross(face, image)) };
      return (await observer.observe(turned, signal)).map((item) => itemAcross(item, image));
    },
    close: () => observer.close(),
  };
}

/** Tells people apart in images that are declared mirrored. */
export function mirroredIdentity(identity: FaceIdentity): FaceIdentity {
  return {
    ...identity,
    describe: (image, face, signal) => identity.describe(unmirrored(image), faceAcross(face, image), signal),
    close: () => identity.close(),
  };
}

/** What a toolbox measured earlier on mirrored images themselves. */
export function mirroredImport(toolbox: FerToolbox): FerToolbox {
  const { measureGiven } = toolbox;
  return {
    ...toolbox,
    mirrored: true,
    get warnings() {
      return toolbox.warnings ?? [];
    },
    measure: async (image, signal) => (await toolbox.measure(image, signal)).map(withSidesExchanged),
    ...(measureGiven === undefined
      ? {}
      : {
          measureGiven: async (image, faces, signal) =>
            (await measureGiven(image, faces, signal)).map(withSidesExchanged),
        }),
    close: () => toolbox.close(),
  };
}

const OTHER: Readonly<Record<Side, Side>> = { both: "both", left: "right", right: "left" };

/**
 * What a toolbox measured earlier on the mirrored image itself: its sides change places, and angles to the side their
 * sign. The places are those of the image already.
 */
function withSidesExchanged(measurement: FaceMeasurement): FaceMeasurement {
  const { headPose, gaze, eyeOpenness, quality, features } = measurement;
  return {
    ...measurement,
    mirrored: true,
    headPose: headPose && { ...headPose, yawRad: 0 - headPose.yawRad, rollRad: 0 - headPose.rollRad },
    gaze: gaze && { ...gaze, yawRad: 0 - gaze.yawRad },
    eyeOpenness: eyeOpenness && { left: eyeOpenness.right, right: eyeOpenness.left },
    actionUnits: measurement.actionUnits.map((unit) => ({ ...unit, side: OTHER[unit.side] })),
    quality: quality && { ...quality, ...(quality.covered && { covered: quality.covered.map(otherPart) }) },
    ...(features && {
      features: Object.fromEntries(
        Object.entries(features).map(([name, { left, right }]) => [name, { left: right, right: left }]),
      ),
    }),
  };
}

function otherPart(part: CoveredPart): CoveredPart {
  if (part.startsWith("left ")) return part.replace("left", "right") as CoveredPart;
  return part.replace("right", "left") as CoveredPart;
}

function boxAcross(box: PixelBox, { widthPx }: Pick<DecodedImage, "widthPx">): PixelBox {
  return { ...box, leftPx: widthPx - box.leftPx - box.widthPx };
}

function movedAcross(measurement: FaceMeasurement, image: DecodedImage): FaceMeasurement {
  const { box, landmarks } = measurement;
  return {
    ...measurement,
    box: boxAcross(box, image),
    landmarks: landmarks === null ? null : landmarks.map(([x, y, z]) => [image.widthPx - x, y, z]),
  };
}

function faceAcross(face: Face, image: DecodedImage): Face {
  const measurements = face.measurements.map((measurement) => movedAcross(measurement, image));
  return { ...face, box: boxAcross(face.box, image), measurements };
}

function itemAcross(item: NewEvidence, image: DecodedImage): NewEvidence {
  const { region, value } = item;
  const across = value.type === "points" ? value.points.map((one) => ({ ...one, xPx: image.widthPx - one.xPx })) : [];
  return {
    ...item,
    region: region && boxAcross(region, image),
    value: value.type === "points" ? { ...value, points: across } : value,
  };
}
