/** The shape in which the word lists of families are written. */

/** A family as the word lists write it: lists split at `|`, specialities as `name | task | task`. */
export interface FamilyWords {
  readonly name: string;
  readonly roles: string;
  readonly skills: string;
  readonly specialities: readonly string[];
}
