/** Whether a dotted version is at least another: `2.1.5` is at least `2.1.1`. What is not a number counts as 0. */
export function versionAtLeast(version: string, least: string): boolean {
  const parts = numbersOf(version);
  const wanted = numbersOf(least);
  for (let i = 0; i < wanted.length; i++) {
    const difference = (parts[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): readonly number[] {
  return version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
}
