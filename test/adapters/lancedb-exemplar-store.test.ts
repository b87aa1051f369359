import { randomUUID } from "node:crypto";
import { createLanceExemplarStore } from "../../src/adapters/lancedb/exemplar-store.ts";
import { describeExemplarStore } from "../contract/exemplar-store.ts";
import { tempFolder } from "../support/temp-folder.ts";

describeExemplarStore("LanceDB in a folder", async (space) => createLanceExemplarStore(await tempFolder(), space));
describeExemplarStore("LanceDB at an address", async (space) =>
  createLanceExemplarStore(`memory://${randomUUID()}`, space),
);
