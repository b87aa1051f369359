import type { EvidenceSource, NewEvidence } from "../../domain/evidence.ts";
import type { DecodedImage } from "../../domain/image.ts";
import type { NetworkManifest } from "../../networks/manifest.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import { networkProvenance } from "../../networks/network.ts";
import type { NetworksPlace } from "../../networks/networks-on-demand.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { SceneObserver } from "../../ports/scene-observer.ts";
import { bodyEvidence } from "./body-evidence.ts";
import { stretched } from "./cut-square.ts";
import { decodeObjects, type SceneObject, withoutMistakenFaces } from "./find-objects.ts";
import { type Look, lookOf } from "./looking.ts";
import { type Frame, neighboursOf, type Person, personOfFace } from "./people.ts";
import { type About, lookItem, nearItem, noObjectItem, objectItem } from "./scene-evidence.ts";
import type { SceneRequest } from "./scene-worker.ts";

/** Id of the observer: the version changes with every change of what it answers. */
const SCENE_OBSERVER_ID = "scene@2";

/** The networks that it runs. */
const NETWORKS = { objects: "human-centernet", bodies: "human-movenet-lightning" } as const;

/** Side of the object network's input. */
const OBJECTS_INPUT_PX = 512;

interface SceneObserverOptions {
  /** Where compiled networks are kept, instead of the default cache folder. */
  readonly cacheDir?: string;
  /** Whether objects are looked for. Without them nothing is said of objects, and people without a found face are not seen. */
  readonly objects?: boolean;
}

/**
 * Looks at the scene around the faces: bodies with their postures, hands at faces, who is near whom and who looks where,
 * and objects where they are asked for. One worker thread, which starts on first need. See models/cards/scene.md for what it is good and bad at.
 *
 * @throws {ModelFileError} if a manifest is missing or wrong.
 */
export async function createSceneObserver({
  cacheDir,
  objects: wanted = false,
}: SceneObserverOptions = {}): Promise<SceneObserver> {
  const sources = { objects: await sourceOf(NETWORKS.objects), bodies: await sourceOf(NETWORKS.bodies) };
  const workerData: NetworksPlace = { cacheDir };
  const workerFile = builtFile("adapters/scene/scene-worker.ts");
  const pool = createWorkerPool<SceneRequest, Float32Array>(workerFile, 1, { workerData });
  const run = (network: string, signal?: AbortSignal) => (rgb: Uint8Array) => pool.run({ network, rgb }, [], signal);
  return {
    id: SCENE_OBSERVER_ID,
    networks: await Promise.all((wanted ? Object.values(NETWORKS) : [NETWORKS.bodies]).map(networkProvenance)),
    async observe({ image, faces }, signal) {
      signal?.throwIfAborted();
      const people = faces.map(personOfFace);
      const found = wanted ? await findObjects(image, run(NETWORKS.objects, signal)) : [];
      const boxes = people.map(({ box }) => box);
      const objects = withoutMistakenFaces(found, boxes);
      const readJoints = run(NETWORKS.bodies, signal);
      const bodies = await bodyEvidence({ image, people, objects, source: sources.bodies }, readJoints);
      const named = wanted ? objectEvidence(objects, image, sources.objects) : [];
      return [...named, ...bodies, ...relationEvidence(people, objects, image)];
    },
    close: () => pool.close(),
  };
}

async function findObjects(
  image: DecodedImage,
  readObjects: (rgb: Uint8Array) => Promise<Float32Array>,
): Promise<SceneObject[]> {
  const detections = await readObjects(await stretched(image, OBJECTS_INPUT_PX));
  return decodeObjects(detections, image, OBJECTS_INPUT_PX);
}

function objectEvidence(objects: readonly SceneObject[], image: DecodedImage, source: EvidenceSource): NewEvidence[] {
  return objects.length === 0 ? [noObjectItem(source)] : objects.map((object) => objectItem(object, image, source));
}

async function sourceOf(id: string): Promise<EvidenceSource> {
  const { manifest } = await loadManifest(id);
  return { type: "network", name: versioned(manifest) };
}

function versioned({ id, source }: NetworkManifest): string {
  return source.kind === "npm" ? `${id}@${source.version}` : `${id}@${source.sha256.slice(0, 8)}`;
}

/** Items on where everybody looks, and who is close to whom. They rest on what toolboxes measured, and name those. */
function relationEvidence(people: readonly Person[], objects: readonly SceneObject[], frame: Frame): NewEvidence[] {
  const looks = new Map(people.map((person) => [person.faceId, lookOf(person, people, objects, frame)] as const));
  return people.flatMap((person) => {
    const about = aboutFace(person);
    const look = looks.get(person.faceId);
    const near = nearItem(neighboursOf(person, people, frame), about);
    return [
      ...(look === undefined ? [] : [lookItem(look, looksBack(person, look, looks), about)]),
      ...(near === undefined ? [] : [near]),
    ];
  });
}

function looksBack({ faceId }: Person, look: Look, looks: ReadonlyMap<string, Look>): boolean {
  if (look.type !== "face") return false;
  const other = looks.get(look.faceId);
  return other?.type === "face" && other.faceId === faceId;
}

function aboutFace({ faceId, box, toolbox }: Person): About {
  return { faceId, region: box, source: { type: "toolbox", name: toolbox } };
}
