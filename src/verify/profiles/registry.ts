/** The profiles that the checker knows: one line each. */
import { hf } from './hf.ts';
import type { Profile } from './profile.ts';
import { weighted } from './weighted.ts';

const ALL: readonly Profile[] = [hf, weighted];

/** What a release section means that names no profile. */
export const PROFILE_DEFAULT = hf.name;

/** Every profile by its name. */
export const PROFILES: ReadonlyMap<string, Profile> = new Map(ALL.map((profile) => [profile.name, profile]));
