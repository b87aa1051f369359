import fc from "fast-check";

/** A mutant that a property does not notice in so many runs is seldom noticed in the usual hundred, at four times the time. */
fc.configureGlobal({ numRuns: 25 });
