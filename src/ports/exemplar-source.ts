import type { NewEvidence } from "../domain/evidence.ts";
import type { DecodedImage, ImageView } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { Question } from "../domain/question.ts";

/** An exemplar chosen for a query, before the ledger gives it an id. */
export interface ChosenExemplar {
  readonly id: string;
  /** Of kind `exemplar`. */
  readonly item: NewEvidence;
  /** `null` when only its description is to be shown. */
  readonly view: ImageView | null;
}

/** What examples are wanted for. */
export interface ExemplarRequest {
  readonly image: DecodedImage;
  /** All faces of the image: copies of any of them are left out. */
  readonly faces: readonly Face[];
  readonly question: Question;
  /** Ids of the faces that the examples should be like; all faces when left out. */
  readonly like?: readonly string[];
}

/** Chooses the labelled examples that a question is asked with. */
export interface ExemplarSource {
  /** In the order in which they are to be shown; `warnings` say what was left out and why. */
  choose(
    query: ExemplarRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly exemplars: readonly ChosenExemplar[]; readonly warnings: readonly string[] }>;
}
