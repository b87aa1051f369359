#!/usr/bin/env node
import module from "node:module";
import { join } from "node:path";

import("../dist/bundle/platform/cache-folder.js")
  .then(({ cacheFolder }) => {
    // From Node 22 on, what was compiled once is not compiled at each start.
    module.enableCompileCache?.(join(cacheFolder(), "code"));
    return import("../dist/bundle/cli/main.js");
  })
  .catch((error) => {
    process.stderr.write(
      `Cannot start Kuleshov (install it again, or allow more open files): ${String(error?.message).split("\n")[0]}\n`,
    );
    process.exitCode = 3;
  });
