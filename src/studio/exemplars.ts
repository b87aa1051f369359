import { resolve } from "node:path";
import { existingStore, openExemplarSession, openStore } from "../compose/exemplars.ts";
import { issueInWords } from "../domain/complaint.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { ExemplarLabel } from "../domain/exemplar.ts";
import { importExemplars } from "../exemplars/import-exemplars.ts";

/** A face that a person calls an example of a category, or of what it is not. */
export interface NamedFace {
  readonly image: string;
  readonly faceId: string;
  readonly category: string;
  readonly role: "instance" | "counter";
  readonly why: string | null;
}

/**
 * Adds a face to a category of the store that `--categories` reads, as `kuleshov exemplars add --face` does.
 *
 * @throws {ConfigurationError} if it cannot be added; the message says why.
 */
export async function addToCategory({ image, faceId, why, ...named }: NamedFace, signal?: AbortSignal): Promise<void> {
  const about = { caption: null, definition: null, labeller: "user", licence: null, source: null };
  const label = ExemplarLabel.safeParse({ ...named, why, ...about });
  if (!label.success) throw new ConfigurationError(`Cannot add exemplar as ${issueInWords(label.error)}`);
  const session = await openExemplarSession({});
  try {
    const path = resolve(image);
    const { faces } = await session.measure(path, signal);
    const region = faces.find((face) => face.faceId === faceId)?.box;
    if (region === undefined) throw new ConfigurationError(`Cannot add exemplar as there is no face ${faceId}`);
    const candidate = {
      ...{ label: label.data, path, name: path, sha256: null, region },
      ...{ pack: null, line: null, measurements: null },
    };
    const { store, space, measure, concurrency } = session;
    const outcome = await importExemplars(store, [candidate], {
      ...{ space, measure, concurrency, duplicates: "refuse", keepViews: true, textEmbedder: null },
      now: () => new Date(),
      ...(signal === undefined ? {} : { signal }),
    });
    const [refused] = [...outcome.failures, ...outcome.duplicates];
    if (refused !== undefined) throw new ConfigurationError(`Cannot add exemplar as ${refused.reason}`);
  } finally {
    await session.close();
  }
}

/** Names of the categories that the store has, none where there is no store. */
export async function categoryNames(): Promise<readonly string[]> {
  const place = existingStore(undefined);
  if (place === undefined) return [];
  const store = openStore(place);
  try {
    return (await store.statistics()).categories.map(({ name }) => name);
  } finally {
    await store.close();
  }
}
