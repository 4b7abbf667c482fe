/** How word lists are written in this folder. */

/**
 * A family of work: roles and skills as lists for `listOf`, specialities as `name | task | task`.
 */
export interface FamilyWords {
  readonly name: string;
  readonly roles: string;
  readonly skills: string;
  readonly specialities: readonly string[];
}

/** The entries of a list that is split at `|`; spaces and line ends around it do not count. */
export function listOf(words: string): string[] {
  return words.trim().split(/\s*\|\s*/);
}
