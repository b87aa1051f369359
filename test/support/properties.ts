import fc from "fast-check";

/**
 * Properties are held against the same cases on every machine, so that a red run can be run again; PROPERTY_SEED=random
 * (or a number) tries others. PROPERTY_RUNS is the number of cases where a test names none.
 */
const { PROPERTY_SEED = "20261129", PROPERTY_RUNS } = process.env;
fc.configureGlobal({
  ...(PROPERTY_SEED === "random" ? {} : { seed: Number(PROPERTY_SEED) }),
  ...(PROPERTY_RUNS === undefined ? {} : { numRuns: Number(PROPERTY_RUNS) }),
});
