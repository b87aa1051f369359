#!/usr/bin/env node
import("../dist/bundle/cli/start.js").catch((error) => {
  process.stderr.write(
    `Cannot start Kuleshov (install it again, or allow more open files): ${String(error?.message).split("\n")[0]}\n`,
  );
  process.exitCode = 3;
});
