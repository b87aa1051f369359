import { ConfigurationError } from "../domain/errors.ts";
import { looksOf } from "../exemplars/exemplar-source.ts";
import { identifyImage } from "../exemplars/leakage.ts";
import { embedMeasured } from "../exemplars/make-exemplar.ts";
import { type ExemplarQuery, type Retrieval, retrieveExemplars } from "../exemplars/retrieve-exemplars.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { ExemplarFilter } from "../ports/exemplar-store.ts";
import { type ExemplarSession, openExemplarSession, openStore, storeNames } from "./exemplars.ts";
import { type ModelFlags, modelSettings } from "./model-settings.ts";
import { openTextEmbedder } from "./models.ts";
import { embedderOfImages } from "./shots.ts";

/** What is searched for, as the arguments of `kuleshov exemplars search` say. */
interface ExemplarSearch extends ModelFlags {
  readonly store?: string;
  /** What captions and definitions speak of, */
  readonly text: string | null;
  /** or an image whose faces, or one of them, are to be alike. */
  readonly like?: string | undefined;
  readonly face?: string | undefined;
  readonly count: number;
  readonly filter: ExemplarFilter;
  readonly embedder?: string | undefined;
  readonly cache?: boolean | undefined;
  readonly mirrored?: boolean | undefined;
}

/**
 * Searches a store by words, by faces, or by both.
 *
 * @throws {ConfigurationError} if neither is given, or no face of the image could be measured.
 */
export async function searchExemplars(
  search: ExemplarSearch,
  signal?: AbortSignal,
): Promise<{ readonly retrieval: Retrieval; readonly location: string }> {
  const { text, like, count, filter, cache, mirrored } = search;
  if (text === null && like === undefined) {
    throw new ConfigurationError("Say what to search for: words, or --like <image>, or both");
  }
  const session =
    like === undefined ? undefined : await openExemplarSession({ ...storeNames(search), cache, mirrored });
  const store = session?.store ?? openStore(search.store);
  try {
    const named = search.embedder ?? (like === undefined ? undefined : await embedderOfImages(store));
    const embedder = await openTextEmbedder(named, await modelSettings(search));
    const [textEmbedding = null] = text === null || embedder === null ? [] : await embedder.embedTexts([text], signal);
    const asked =
      session === undefined || like === undefined
        ? { faces: [], image: null }
        : await facesOf({ like, face: search.face }, { ...session, embedder }, signal);
    const retrieval = await retrieveExemplars(store, { ...asked, text, textEmbedding }, { count, filter });
    return { retrieval, location: store.location };
  } finally {
    await (session ?? store).close();
  }
}

async function facesOf(
  { like, face }: { readonly like: string; readonly face: string | undefined },
  { measure, space, embedder }: ExemplarSession & { readonly embedder: TextEmbedder | null },
  signal?: AbortSignal,
): Promise<Pick<ExemplarQuery, "faces" | "image" | "looks">> {
  const { image, faces } = await measure(like, signal);
  const meant = face === undefined ? faces : faces.filter(({ faceId }) => faceId === face);
  const placed = meant.flatMap(({ faceId, measurements }) => {
    const expression = embedMeasured(space, measurements);
    return expression === null ? [] : [{ faceId, expression }];
  });
  if (placed.length === 0) {
    const known =
      faces.length === 0 ? "no face was found" : `its faces are ${faces.map(({ faceId }) => faceId).join(", ")}`;
    throw new ConfigurationError(
      `Cannot search by face as ${face === undefined ? "none" : `no ${face}`} could be measured (${known}): \`${like}\``,
    );
  }
  return {
    faces: placed,
    looks: await looksOf(image, meant, embedder, signal),
    image: identifyImage(
      image,
      faces.map(({ box }) => box),
    ),
  };
}
