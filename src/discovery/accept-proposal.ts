import { CategoryName } from "../domain/category.ts";
import type { Discovery, Proposal, StudyFace } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { ExemplarCandidate } from "../exemplars/exemplar-candidate.ts";

interface AcceptOptions {
  /** What the category is to be called; the proposal's own name without it. */
  readonly name?: string;
  /** Take a proposal that no raters have confirmed. */
  readonly unconfirmed?: boolean;
  /** Name of the discovery, e.g. its folder's; becomes the pack's name. */
  readonly discovery: string;
}

/** Members beyond this many add nothing that the nearest ones do not show. */
const MOST_MEMBERS = 200;

/**
 * The exemplars that a proposal becomes: its members as instances, its counter examples as such, each with the signature
 * as reason and with where it comes from.
 * @throws {ConfigurationError} if there is no such proposal, it failed or was rejected, or nobody has confirmed it.
 */
export function acceptProposal(discovery: Discovery, id: string, options: AcceptOptions): ExemplarCandidate[] {
  const proposal = discovery.proposals.find((one) => one.id === id);
  if (proposal === undefined) {
    const known = discovery.proposals.map((one) => one.id).join(", ");
    throw new ConfigurationError(
      `There is no proposal "${id}" (${known === "" ? "there are none" : `there are ${known}`})`,
    );
  }
  refuseUnfit(proposal, options);
  const parsed = CategoryName.safeParse(options.name ?? proposal.name);
  if (!parsed.success) throw new ConfigurationError(`Cannot accept as ${parsed.error.issues[0]?.message}`);
  const faces = new Map(discovery.faces.map((face) => [face.id, face]));
  const members = [proposal.medoid, ...proposal.members.filter((member) => member !== proposal.medoid)].slice(
    0,
    MOST_MEMBERS,
  );
  const candidate = (role: "instance" | "counter") => (faceId: string) => {
    const face = faces.get(faceId);
    return face === undefined ? [] : [candidateOf(face, { role, category: parsed.data, proposal, discovery, options })];
  };
  return [...members.flatMap(candidate("instance")), ...proposal.counter.flatMap(candidate("counter"))];
}

function refuseUnfit({ id, status, verdict }: Proposal, { unconfirmed }: AcceptOptions): void {
  if (status === "confirmed" || status === "accepted") return;
  if (status === "survived" && unconfirmed === true) return;
  const remedy = status === "survived" ? " Score a rating sheet first, or pass --unconfirmed." : "";
  throw new ConfigurationError(`Cannot accept ${id}, whose status is "${status}": ${verdict}${remedy}`);
}

interface Accepting {
  readonly role: "instance" | "counter";
  readonly category: string;
  readonly proposal: Proposal;
  readonly discovery: Discovery;
  readonly options: AcceptOptions;
}

function candidateOf(face: StudyFace, { role, category, proposal, discovery, options }: Accepting): ExemplarCandidate {
  const { provenance } = discovery;
  if (face.sha256 === null || face.box === null) {
    throw new ConfigurationError(
      `Cannot accept ${proposal.id} as its faces were imported without images, which exemplars are made of`,
    );
  }
  const why = role === "instance" ? proposal.definition : proposal.contrast;
  return {
    label: {
      category,
      role,
      caption: face.description?.text ?? null,
      definition: proposal.definition,
      why,
      labeller: `discovery:${options.discovery}/${proposal.id}`,
      licence: null,
      source: `Proposal ${proposal.id} of ${options.discovery}, ${provenance.createdAt}, seed ${provenance.seed}, named by ${proposal.namedBy}, ${proposal.status}`,
    },
    path: face.path,
    name: face.path,
    sha256: face.sha256,
    region: face.box,
    pack: options.discovery,
    line: null,
    measurements: [{ ...face.measurement, box: face.box }],
  };
}
