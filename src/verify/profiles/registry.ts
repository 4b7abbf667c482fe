/** The profiles that the checker knows: one line each. */
import { hf } from './hf.ts';
import type { Profile } from './profile.ts';
import { weighted } from './weighted.ts';

/** Every profile by its name. */
export const PROFILES: ReadonlyMap<string, Profile> = new Map([hf, weighted].map((one) => [one.name, one]));
