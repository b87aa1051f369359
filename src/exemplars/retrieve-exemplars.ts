import type { Exemplar } from "../domain/exemplar.ts";
import { type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import type {
  EmbeddedExemplar,
  ExemplarFilter,
  ExemplarIdentity,
  ExemplarStore,
  StoreHit,
} from "../ports/exemplar-store.ts";
import { compareExpressions, type ExpressionMatch, expressionReasons, sharedWords } from "./explain-match.ts";
import { type ImageIdentity, leakReason } from "./leakage.ts";
import { type FusedRank, fuseRanks, nextDiverse, type Ranking } from "./rank-exemplars.ts";

/** What is asked for. Whatever is null or empty is not searched by. */
export interface ExemplarQuery {
  /** The image to be judged, so that copies of it are left out. */
  readonly image: ImageIdentity | null;
  /** Places of its faces in the store's expression space. */
  readonly faces: readonly { readonly faceId: string; readonly expression: Float32Array }[];
  readonly text: string | null;
  readonly textEmbedding: Float32Array | null;
  /** How faces look with what is around them, by the store's embedder, where that embeds images. */
  readonly looks?: readonly { readonly faceId: string; readonly embedding: Float32Array }[];
}

interface RetrievalOptions {
  readonly count: number;
  readonly filter?: ExemplarFilter;
  /** Take turns among `filter.categories`, so that each that has exemplars is shown; when they fit into `count`. */
  readonly balanced?: boolean;
  /** 1: relevance alone. 0.7 unless told. */
  readonly relevanceShare?: number;
}

/** An exemplar with why it was found. */
export interface ExemplarHit extends EmbeddedExemplar {
  /** By reciprocal rank fusion: comparable within one retrieval only. */
  readonly score: number;
  readonly ranks: Readonly<Record<string, number>>;
  /** The query's face it is most like, how much (0..1) and in what; `null` when faces were not compared. */
  readonly face: { readonly faceId: string; readonly similarity: number; readonly match: ExpressionMatch } | null;
  /** One phrase each. */
  readonly why: readonly string[];
}

export interface Retrieval {
  /** Most relevant first. */
  readonly hits: readonly ExemplarHit[];
  /** Found and left out, since they would give the answer away. */
  readonly excluded: readonly { readonly id: string; readonly category: string; readonly reason: string }[];
  /** What was searched by: `expression F1`, `image F1`, `text`, `text embedding`. */
  readonly channels: readonly string[];
}

const RELEVANCE_SHARE = 0.7;
/** Candidates per channel: enough to stay choosy after copies of the query are gone. */
const CANDIDATES = 50;

/** Searches by everything the query has, joins the ranks, leaves out copies of the query and chooses variety. */
export async function retrieveExemplars(
  store: ExemplarStore,
  query: ExemplarQuery,
  options: RetrievalOptions,
): Promise<Retrieval> {
  const space = await store.space();
  if (space === null) return { hits: [], excluded: [], channels: [] };
  const pools = await Promise.all(
    poolFilters(options).map((filter) => candidates(store, query, { ...options, filter })),
  );
  const context = { space, query };
  const safe = pools.map((pool) => pool.found.filter((hit) => leakOf(query, hit.identity) === undefined));
  const chosen = chooseInTurn(safe, options);
  const whole = await wholeExemplars(store, chosen);
  const seen = new Map(pools.flatMap((pool) => pool.found).map(({ identity }) => [identity.id, identity]));
  return {
    hits: chosen
      .flatMap((hit) => {
        const exemplar = whole.get(hit.identity.id);
        // One that another program has removed in the meantime is no hit.
        return exemplar === undefined ? [] : [explained({ ...hit, exemplar }, context)];
      })
      .sort((a, b) => b.score - a.score),
    excluded: [...seen.values()].flatMap((identity) => {
      const reason = leakOf(query, identity);
      return reason === undefined ? [] : [{ id: identity.id, category: identity.category, reason }];
    }),
    channels: [...new Set(pools.flatMap((pool) => pool.channels))],
  };
}

interface Candidate {
  readonly identity: ExemplarIdentity;
  readonly expression: Float32Array | null;
  readonly fused: FusedRank;
}

async function wholeExemplars(store: ExemplarStore, chosen: readonly Candidate[]): Promise<Map<string, Exemplar>> {
  if (chosen.length === 0) return new Map();
  const ids = chosen.map(({ identity }) => identity.id);
  return new Map((await store.list({ filter: { ids }, limit: ids.length })).map((exemplar) => [exemplar.id, exemplar]));
}

interface Pool {
  readonly found: readonly Candidate[];
  readonly channels: readonly string[];
}

function leakOf(query: ExemplarQuery, identity: ExemplarIdentity): string | undefined {
  return query.image === null ? undefined : leakReason(query.image, identity);
}

function poolFilters({ filter, balanced, count }: RetrievalOptions): (ExemplarFilter | undefined)[] {
  const categories = filter?.categories;
  if (balanced !== true || categories === undefined || categories.length < 2 || categories.length > count)
    return [filter];
  return categories.map((category) => ({ ...filter, categories: [category] }));
}

async function candidates(store: ExemplarStore, query: ExemplarQuery, options: RetrievalOptions): Promise<Pool> {
  const limit = Math.max(CANDIDATES, options.count * 5);
  const search = options.filter === undefined ? { limit } : { limit, filter: options.filter };
  const { text, textEmbedding, looks = [] } = query;
  const searches: { channel: string; weight: number; hits: Promise<StoreHit[]> }[] = query.faces.map((face) => ({
    channel: `expression ${face.faceId}`,
    weight: 1 / query.faces.length,
    hits: store.nearestExpressions(face.expression, search),
  }));
  for (const { faceId, embedding } of looks) {
    searches.push({
      channel: `image ${faceId}`,
      weight: 1 / looks.length,
      hits: store.nearestTexts(embedding, search),
    });
  }
  if (text !== null) searches.push({ channel: "text", weight: 1, hits: store.matchText(text, search) });
  if (textEmbedding !== null) {
    const hits = store.nearestTexts(textEmbedding, search);
    searches.push({ channel: "text embedding", weight: 1, hits });
  }
  const answers = await Promise.all(searches.map(async (one) => ({ ...one, hits: await one.hits })));
  const byId = new Map(answers.flatMap((answer) => answer.hits).map((hit) => [hit.identity.id, hit]));
  const rankings: Ranking[] = answers.map(({ channel, weight, hits }) => ({
    channel,
    weight,
    ids: hits.map((hit) => hit.identity.id),
  }));
  const found = fuseRanks(rankings).flatMap((fused) => {
    const hit = byId.get(fused.id);
    return hit === undefined ? [] : [{ identity: hit.identity, expression: hit.expression, fused }];
  });
  return { found, channels: searches.map((one) => one.channel) };
}

/** From one pool, the most relevant and varied; from several, one of each in turn until there are enough. */
function chooseInTurn(pools: readonly (readonly Candidate[])[], options: RetrievalOptions): Candidate[] {
  const chosen: Candidate[] = [];
  const left = pools.map((pool) => [...pool]);
  while (chosen.length < options.count && left.some((pool) => pool.length > 0)) {
    for (const pool of left) {
      if (chosen.length >= options.count) break;
      const next = nextDiverse(pool, {
        relevanceShare: options.relevanceShare ?? RELEVANCE_SHARE,
        relevance: (candidate) => candidate.fused.score,
        similarity: similarityBetween,
        chosen,
      });
      if (next === undefined) continue;
      chosen.push(next);
      pool.splice(pool.indexOf(next), 1);
    }
  }
  return chosen;
}

type WholeCandidate = Candidate & { readonly exemplar: Exemplar };

/** 1 for faces at one point or of one image; without measured faces nothing is known to be alike. */
function similarityBetween(a: Candidate, b: Candidate): number {
  if (a.identity.imageSha256 === b.identity.imageSha256) return 1;
  if (a.expression === null || b.expression === null) return 0;
  return similarityAt(vectorDistance(a.expression, b.expression));
}

function explained(hit: WholeCandidate, context: { space: ExpressionSpace; query: ExemplarQuery }): ExemplarHit {
  const { exemplar, expression, fused } = hit;
  const face = nearestFace(expression, context);
  const ranks = Object.fromEntries(fused.ranks);
  return { exemplar, expression, score: fused.score, ranks, face, why: reasons(hit, face, context.query) };
}

function nearestFace(
  expression: Float32Array | null,
  { space, query }: { space: ExpressionSpace; query: ExemplarQuery },
): ExemplarHit["face"] {
  if (expression === null) return null;
  const [nearest] = query.faces
    .map((face) => ({ ...face, similarity: similarityAt(vectorDistance(face.expression, expression)) }))
    .sort((a, b) => b.similarity - a.similarity);
  if (nearest === undefined) return null;
  const match = compareExpressions(space, nearest.expression, expression);
  return { faceId: nearest.faceId, similarity: nearest.similarity, match };
}

function reasons(hit: WholeCandidate, face: ExemplarHit["face"], query: ExemplarQuery): string[] {
  const found = face === null ? [] : expressionReasons(face.match);
  if (query.text !== null) {
    const words = sharedWords(query.text, hit.exemplar);
    if (words.length > 0) found.push(`text match ${words.map((word) => `"${word}"`).join(", ")}`);
    else if (hit.fused.ranks.has("text")) found.push("text match");
  }
  const rank = hit.fused.ranks.get("text embedding");
  if (rank !== undefined) found.push(`text embedding: place ${rank}`);
  for (const [channel, place] of hit.fused.ranks) {
    if (channel.startsWith("image ")) found.push(`looks like the query's ${channel}: place ${place}`);
  }
  return found;
}
