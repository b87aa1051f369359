import { ToolInputError } from "../../domain/errors.ts";
import type { EvidenceLedger } from "../../domain/evidence-ledger.ts";
import type { Face } from "../../domain/measurement.ts";

/** The face with this id. @throws {ToolInputError} that names the faces there are. */
export function knownFace(ledger: EvidenceLedger, faceId: string): Face {
  const face = ledger.face(faceId);
  if (face !== undefined) return face;
  const known = ledger.faces().map((each) => each.faceId);
  const there = known.length === 0 ? "no face was found in this image" : `known faces are ${known.join(", ")}`;
  throw new ToolInputError(`Unknown face ${JSON.stringify(faceId)}: ${there}`);
}
