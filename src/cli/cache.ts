import type { Command } from "commander";
import { note, print } from "./output.ts";

export function register(program: Command): void {
  const cache = program.command("cache").description("what was measured before, and is not measured again");
  cache
    .command("stats")
    .description("how many measurements are kept, where, and how much room they take")
    .option("--json", "print JSON")
    .action(stats);
  cache.command("clear").description("remove all measurements; images are then measured again").action(clear);
}

async function stats({ json }: { readonly json?: true }): Promise<void> {
  const { measurementsFolder, MEASUREMENTS_MAX_BYTES } = await import("../compose/measurements.ts");
  const { sizeOfStore } = await import("../platform/content-store.ts");
  const folder = measurementsFolder();
  const size = await sizeOfStore(folder);
  if (json) return print(`${JSON.stringify({ folder, ...size, maxBytes: MEASUREMENTS_MAX_BYTES }, null, 2)}\n`);
  await print(
    `${size.entries} measurements, ${megabytes(size.bytes)} of at most ${megabytes(MEASUREMENTS_MAX_BYTES)}\n`,
  );
  note(folder);
}

async function clear(): Promise<void> {
  const { measurementsFolder } = await import("../compose/measurements.ts");
  const { clearStore } = await import("../platform/content-store.ts");
  const { entries, bytes } = await clearStore(measurementsFolder());
  await print(`${entries} measurements removed, ${megabytes(bytes)} freed\n`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
