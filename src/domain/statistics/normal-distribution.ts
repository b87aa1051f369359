const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / SQRT_TWO_PI;
}

/** P(Z <= z) for a standard normal Z, to about 15 digits: Taylor series in the middle, continued fraction in the tails. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < -4) return upperTail(-z);
  if (z > 4) return 1 - upperTail(z);
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}

/** P(Z > z) for z > 0 by Laplace's continued fraction, evaluated from the far end. */
function upperTail(z: number): number {
  if (z > 40) return 0;
  let fraction = z;
  for (let k = 80; k > 0; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

/** The z with P(Z <= z) = `probability`; -Infinity at 0 and Infinity at 1. @throws {RangeError} outside 0..1. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`A probability lies between 0 and 1, not ${probability}`);
  }
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let z = firstGuess(probability);
  // Halley's method triples the digits of the three-digit first guess at every step.
  for (let step = 0; step < 4; step++) {
    const error = (normalCdf(z) - probability) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}

/** Abramowitz and Stegun 26.2.23, for probabilities up to 0.5; absolute error below 4.5e-4. */
function firstGuess(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(probability));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return above / below - t;
}
