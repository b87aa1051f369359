import type { RejectedFeature } from "./rejected-feature.ts";
import type { TokenUse } from "./token-use.ts";

/** Tells our errors from others, whichever copy of the package made them. */
const BRAND = Symbol.for("kuleshov.error");

/**
 * Root of every error that Kuleshov throws on purpose. The message is one sentence that a user can act on; `code` names
 * the kind and is never changed.
 *
 * `instanceof` holds across copies of the package, of which two can be installed when somebody publishes a toolbox or a
 * scorer: it compares codes, not classes.
 */
export class KuleshovError extends Error {
  static readonly code: string = "kuleshov";
  override name = "KuleshovError";
  readonly code: string = KuleshovError.code;
  /** What a model's server took before this failed, to be paid all the same; `null` when nothing. Not said: `NO_TOKENS`. */
  spent: TokenUse | null = null;

  get [BRAND](): true {
    return true;
  }

  static override readonly [Symbol.hasInstance] = hasCodeOf;
}

function hasCodeOf(this: { readonly code: string }, value: unknown): boolean {
  if (typeof value !== "object" || value === null || !(BRAND in value)) return false;
  return this.code === KuleshovError.code || ("code" in value && value.code === this.code);
}

/**
 * Whether an error is one of ours, and of which kind.
 *
 * @example
 * if (isKuleshovError(error, "provider") && error.retryable) await waitAndAskAgain();
 */
export function isKuleshovError(error: unknown): error is KuleshovError;
export function isKuleshovError<Code extends ErrorCode>(error: unknown, code: Code): error is KuleshovErrors[Code];
export function isKuleshovError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof KuleshovError && (code === undefined || error.code === code);
}

/** A file cannot be used for what it was named for. */
class FileError extends KuleshovError {
  readonly path: string;
  /** The second half of the sentence. */
  readonly reason: string;

  constructor(purpose: string, path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot ${purpose} as ${reason}: \`${path}\``, options);
    this.path = path;
    this.reason = reason;
  }
}

/** An image cannot be read: missing, not an image, truncated, too large, or of a format that sharp cannot decode. */
export class ImageDecodeError extends FileError {
  static override readonly code = "image-decode";
  override name = "ImageDecodeError";
  override readonly code = ImageDecodeError.code;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("read image", path, reason, options);
  }
}

/** A video cannot be read, or not to its end: missing, without a video stream, damaged, or ffmpeg is not installed. */
export class VideoDecodeError extends FileError {
  static override readonly code = "video-decode";
  override name = "VideoDecodeError";
  override readonly code = VideoDecodeError.code;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("read clip", path, reason, options);
  }
}

/** A sound cannot be read, or not to its end: missing, without a sound track, damaged, or ffmpeg is not installed. */
export class SoundDecodeError extends FileError {
  static override readonly code = "sound-decode";
  override name = "SoundDecodeError";
  override readonly code = SoundDecodeError.code;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("read sound", path, reason, options);
  }
}

/** An image cannot serve as someone's resting face: no face or several, not at rest, or of another person. */
export class NeutralFaceError extends FileError {
  static override readonly code = "neutral-face";
  override name = "NeutralFaceError";
  override readonly code = NeutralFaceError.code;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("use neutral face", path, reason, options);
  }
}

/** A network's published file, manifest or compiled form is missing, damaged or not what its hash says. */
export class ModelFileError extends KuleshovError {
  static override readonly code = "model-file";
  override name = "ModelFileError";
  override readonly code = ModelFileError.code;
  readonly networkId: string;

  constructor(networkId: string, reason: string, options?: ErrorOptions) {
    super(`Cannot use network "${networkId}" as ${reason}`, options);
    this.networkId = networkId;
  }
}

/** A network ran and failed, or gave numbers that cannot be (NaN, wrong shape). */
export class InferenceError extends KuleshovError {
  static override readonly code = "inference";
  override name = "InferenceError";
  override readonly code = InferenceError.code;
}

/** The model called a tool with something that does not exist. Its message is shown to the model, never a stack. */
export class ToolInputError extends KuleshovError {
  static override readonly code = "tool-input";
  override name = "ToolInputError";
  override readonly code = ToolInputError.code;
}

/** The model's answer stayed unusable after it was asked to repair it. */
export class JudgmentError extends KuleshovError {
  static override readonly code = "judgment";
  override name = "JudgmentError";
  override readonly code = JudgmentError.code;
  /** What was wrong with the answer, one sentence each. */
  readonly complaints: readonly string[];

  constructor(message: string, complaints: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.complaints = complaints;
  }
}

/** A model server failed: unreachable, refused the key, over its limit, or answered with something else than its protocol. */
export class ProviderError extends KuleshovError {
  static override readonly code = "provider";
  override name = "ProviderError";
  override readonly code = ProviderError.code;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** HTTP status, when there was one. */
  readonly status: number | undefined;
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** The part of the request that this server or model does not take, when it said so. */
  readonly rejects: RejectedFeature | undefined;
  /** Whether nobody answered at all. */
  readonly unreachable: boolean;
  /** Whether the model, or a filter before it, declined to answer. */
  readonly refused: boolean;

  constructor(
    message: string,
    details: {
      retryable: boolean;
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      rejects?: RejectedFeature | undefined;
      unreachable?: boolean;
      refused?: boolean;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = details.retryable;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.rejects = details.rejects;
    this.unreachable = details.unreachable ?? false;
    this.refused = details.refused ?? false;
  }
}

/** The user asked for something that cannot be: an unknown model, toolbox, option or file. Exit code 2. */
export class ConfigurationError extends KuleshovError {
  static override readonly code = "configuration";
  override name = "ConfigurationError";
  override readonly code = ConfigurationError.code;
}

/** What a run may spend, in calls, tokens or money, is spent. */
export class BudgetError extends KuleshovError {
  static override readonly code = "budget";
  override name = "BudgetError";
  override readonly code = BudgetError.code;
}

/** An exemplar store cannot be used: damaged, of another version, or holding vectors of another toolbox. */
export class StoreError extends KuleshovError {
  static override readonly code = "exemplar-store";
  override name = "StoreError";
  override readonly code = StoreError.code;
  readonly location: string;

  constructor(location: string, reason: string, options?: ErrorOptions) {
    super(`Cannot use exemplar store as ${reason}: \`${location}\``, options);
    this.location = location;
  }
}

/** An exemplar pack, table or folder has entries that cannot be imported. */
export class PackError extends KuleshovError {
  static override readonly code = "exemplar-pack";
  override name = "PackError";
  override readonly code = PackError.code;
  readonly path: string;
  /** Every bad entry; `line` is 1-based, `null` when the reason concerns the whole. */
  readonly problems: readonly { readonly line: number | null; readonly reason: string }[];

  constructor(path: string, problems: PackError["problems"], options?: ErrorOptions) {
    const [first] = problems;
    const where = first === undefined || first.line === null ? "" : `line ${first.line}: `;
    const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`Cannot read exemplar pack as ${where}${first?.reason ?? "it is empty"}${rest}: \`${path}\``, options);
    this.path = path;
    this.problems = problems;
  }
}

/** Every kind of error by its code. */
export interface KuleshovErrors {
  readonly "image-decode": ImageDecodeError;
  readonly "video-decode": VideoDecodeError;
  readonly "sound-decode": SoundDecodeError;
  readonly "neutral-face": NeutralFaceError;
  readonly "model-file": ModelFileError;
  readonly inference: InferenceError;
  readonly "tool-input": ToolInputError;
  readonly judgment: JudgmentError;
  readonly provider: ProviderError;
  readonly configuration: ConfigurationError;
  readonly budget: BudgetError;
  readonly "exemplar-store": StoreError;
  readonly "exemplar-pack": PackError;
}
export type ErrorCode = keyof KuleshovErrors;
