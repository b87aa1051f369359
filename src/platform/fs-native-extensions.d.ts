/** What is used of a package that ships no types. */
declare module "fs-native-extensions" {
  /** Takes an exclusive lock on the whole file; `false` when another process, or another open file of this one, has it. */
  export function tryLock(fd: number): boolean;
}
