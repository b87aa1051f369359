import type { Field, Schema } from "apache-arrow";
import { z } from "zod";
import { StoreError } from "../../domain/errors.ts";
import { ExpressionSpace } from "../../domain/expression-space.ts";
import { arrow } from "./text-embeddings.ts";

/** Version of the table's layout. Additions that old code can ignore do not change it. */
const STORE_VERSION = 1;

/** Key in the table's schema metadata, written in the same commit that creates the table. */
const STAMP_KEY = "kuleshov.exemplars";

const Stamp = z.strictObject({ storeVersion: z.number().int(), space: ExpressionSpace });

/** A column of float32 vectors of one length, null where there is none. */
function vectorField(name: string, length: number, metadata?: ReadonlyMap<string, string>): Field {
  const { Field, FixedSizeList, Float32 } = arrow();
  const type = new FixedSizeList(length, new Field("item", new Float32(), true));
  return new Field(name, type, true, new Map(metadata));
}

/** The layout of a new store. `record` is the exemplar as JSON; the other text columns repeat what is filtered by. */
export function storeSchema(space: ExpressionSpace): Schema {
  const { Binary, Field, List, Schema, Utf8 } = arrow();
  const text = (name: string, nullable = false) => new Field(name, new Utf8(), nullable);
  return new Schema(
    [
      // Declared as the key, so that LanceDB sees when two writers insert the same id at once and lets one try again.
      new Field("id", new Utf8(), false, new Map([["lance-schema:unenforced-primary-key", "true"]])),
      text("category"),
      text("role"),
      text("labeller"),
      text("licence", true),
      text("pack", true),
      new Field("toolboxes", new List(new Field("item", new Utf8(), true)), false),
      text("image_sha256"),
      text("image_hash", true),
      text("region_hash", true),
      text("text"),
      text("record"),
      vectorField("expression", space.dimensions.length),
      new Field("view", new Binary(), true),
    ],
    new Map([[STAMP_KEY, JSON.stringify({ storeVersion: STORE_VERSION, space } satisfies z.infer<typeof Stamp>)]]),
  );
}

/**
 * Reads who made a table and for which space.
 * @throws {StoreError} if it is not ours, or of a version that this code does not read.
 */
export function readStamp(schema: Schema, location: string): ExpressionSpace {
  const raw = schema.metadata.get(STAMP_KEY);
  if (raw === undefined) {
    throw new StoreError(location, "its table exemplars was not made by Kuleshov; choose another folder");
  }
  const version = storeVersionOf(raw);
  if (version !== STORE_VERSION) throw new StoreError(location, otherVersion(version));
  const stamp = Stamp.safeParse(JSON.parse(raw));
  if (!stamp.success) throw new StoreError(location, "its stamp is damaged; restore it from a backup or import again");
  return stamp.data.space;
}

function storeVersionOf(raw: string): number | undefined {
  try {
    return z.looseObject({ storeVersion: z.number() }).parse(JSON.parse(raw)).storeVersion;
  } catch {
    return undefined;
  }
}

function otherVersion(version: number | undefined): string {
  if (version === undefined) return "its stamp is damaged; restore it from a backup or import again";
  if (version > STORE_VERSION) {
    return `it was written by a newer Kuleshov (store version ${version}, this one reads ${STORE_VERSION}); update Kuleshov`;
  }
  return `it was written by an older Kuleshov (store version ${version}, this one reads ${STORE_VERSION}); export it with that version and import the pack here`;
}
