import { ConfigurationError } from "../../domain/errors.ts";

/** The one sentence that a file of measurements is refused with. `reason` follows "as". */
export function tableError(path: string, reason: string, options?: ErrorOptions): ConfigurationError {
  return new ConfigurationError(`Cannot import measurements as ${reason}: \`${path}\``, options);
}
