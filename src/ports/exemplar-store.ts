import type { Exemplar, ExemplarEntry } from "../domain/exemplar.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import type { PerceptualHash } from "../domain/perceptual-hash.ts";

/** Which exemplars are meant. Lists are alternatives, different fields must all hold, nothing means all. */
export interface ExemplarFilter {
  readonly ids?: readonly string[];
  readonly categories?: readonly string[];
  readonly labellers?: readonly string[];
  readonly licences?: readonly string[];
  readonly packs?: readonly string[];
  /** Toolboxes by which the face was measured, e.g. `mesh@5`. */
  readonly toolboxes?: readonly string[];
  readonly roles?: readonly Exemplar["role"][];
  /** Only exemplars in which a face was measured. */
  readonly measured?: boolean;
}

/** An exemplar with its place in the store's expression space; `null` when no face was measured. */
export interface EmbeddedExemplar {
  readonly exemplar: Exemplar;
  readonly expression: Float32Array | null;
}

/**
 * An exemplar found by one channel, best first: what is needed to join channels, to leave out copies and to choose
 * variety. Whole exemplars are read for the few that are shown.
 */
export interface StoreHit {
  readonly identity: ExemplarIdentity;
  /** In the store's expression space; `null` when no face was measured. */
  readonly expression: Float32Array | null;
  /** Distance for vector channels (smaller is nearer), BM25 score for text (larger is better). */
  readonly score: number;
}

/** How an exemplar is told from copies of itself. */
export interface ExemplarIdentity {
  readonly id: string;
  readonly category: string;
  readonly imageSha256: string;
  readonly imageHash: PerceptualHash | null;
  readonly regionHash: PerceptualHash | null;
}

export interface StoreStatistics {
  readonly exemplars: number;
  readonly measured: number;
  readonly categories: readonly { readonly name: string; readonly exemplars: number }[];
  readonly labellers: readonly { readonly name: string; readonly exemplars: number }[];
  readonly licences: readonly { readonly name: string | null; readonly exemplars: number }[];
  readonly packs: readonly { readonly name: string | null; readonly exemplars: number }[];
  /** What is searched through an index and what row by row. */
  readonly indexes: readonly {
    readonly column: string;
    readonly kind: string;
    readonly unindexedRows: number | null;
  }[];
}

/** How a search by a channel is bounded. */
export interface StoreSearch {
  readonly limit: number;
  readonly filter?: ExemplarFilter;
}

/** Of vectors: `exact` passes an index by. */
export interface VectorSearch extends StoreSearch {
  readonly exact?: boolean;
}

/**
 * Keeps exemplars and finds them. Writes are all or nothing per call, and safe against other writers and against the
 * end of the process at any moment. Nothing is created until the first {@link add}.
 */
export interface ExemplarStore {
  /** Folder or address. */
  readonly location: string;
  /** The space its expression vectors live in; `null` while the store does not exist. */
  space(): Promise<ExpressionSpace | null>;
  /** The embedder that made its text embeddings, all of them; `null` when it holds none. */
  textEmbedder(): Promise<string | null>;
  /**
   * Adds entries in one batch. An id that is there already is left as it is. `textEmbedder` says who made their text
   * embeddings.
   * @returns the ids that are new.
   * @throws {StoreError} if a vector is not of this store's space or embedder, or has a value that is no number.
   */
  add(entries: readonly ExemplarEntry[], textEmbedder?: string | null): Promise<string[]>;
  get(id: string): Promise<ExemplarEntry | undefined>;
  /** Puts entries in the place of those with their ids, in one step; ids that are not there are passed over. */
  replace(entries: readonly ExemplarEntry[]): Promise<void>;
  /** In the order of their ids, images and vectors left out. */
  list(page?: { filter?: ExemplarFilter; limit?: number; offset?: number }): Promise<Exemplar[]>;
  /** Exemplars with their expression vectors, e.g. to distil a category or to measure again. */
  placed(filter?: ExemplarFilter): Promise<EmbeddedExemplar[]>;
  count(filter?: ExemplarFilter): Promise<number>;
  identities(): Promise<ExemplarIdentity[]>;
  /** By distance in expression space. */
  nearestExpressions(vector: Float32Array, search: VectorSearch): Promise<StoreHit[]>;
  /** By distance between text embeddings; `vector` is of the store's embedder. */
  nearestTexts(vector: Float32Array, search: VectorSearch): Promise<StoreHit[]>;
  /** By words (BM25) in category, caption, reason, definition and objects. */
  matchText(query: string, search: StoreSearch): Promise<StoreHit[]>;
  /** @returns how many were removed. */
  remove(filter: ExemplarFilter): Promise<number>;
  /**
   * Removes exemplars for good: no earlier version, index or file of the store holds a byte of them afterwards. No other
   * program may use the store meanwhile.
   */
  forget(ids: readonly string[]): Promise<number>;
  /** Merges small files and brings the indexes up to date, or makes them where the store has grown enough. */
  optimize(): Promise<void>;
  statistics(): Promise<StoreStatistics>;
  close(): Promise<void>;
}
