// One shard, run by `kuleshov fleet work`. It ends with the worker that started it, so that nobody works on what another
// worker takes over.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.channel?.unref();
await import("./start.ts");
