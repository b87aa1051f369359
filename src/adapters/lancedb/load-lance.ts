/**
 * LanceDB's native part, loaded when it is first needed: it takes a third of a second, and it logs every hybrid query
 * unless it is told not to before it is loaded.
 */
export async function loadLance(): Promise<typeof import("@lancedb/lancedb")> {
  process.env.LANCEDB_LOG ??= "error";
  return await import("@lancedb/lancedb");
}
