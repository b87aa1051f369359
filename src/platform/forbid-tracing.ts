const SENDS_OR_PRINTS = [
  "LANGSMITH_TRACING",
  "LANGSMITH_TRACING_V2",
  "LANGCHAIN_TRACING",
  "LANGCHAIN_TRACING_V2",
  "LANGCHAIN_VERBOSE",
] as const;

/**
 * Turns off LangChain's tracing for this process. With these variables set for some other project, it would upload
 * every prompt and image to LangSmith, or print them: no pixel leaves unless the model itself is remote.
 */
export function forbidTracing(): void {
  for (const name of SENDS_OR_PRINTS) {
    if (process.env[name] !== undefined && process.env[name] !== "false") process.env[name] = "false";
  }
}
