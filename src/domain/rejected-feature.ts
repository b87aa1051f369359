/** What a model server may turn down although the rest of the request is fine. */
export type RejectedFeature =
  | "tools"
  | "images"
  | "several-images"
  | "video"
  | "schema"
  | "temperature"
  | "seed"
  | "parallel-calls"
  | "stream"
  | "roles"
  | "thinking"
  | "max-tokens";
