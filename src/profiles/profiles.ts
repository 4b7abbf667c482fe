/** Profiles by name: recipes, command line, footers and files take them from here. */
import { BrewhouseError, nearestRemedy } from '../errors.ts';
import type { Profile } from './profile.ts';
import * as registry from './registry.ts';

const PROFILES: ReadonlyMap<string, Profile> = new Map(Object.entries(registry));

/** The profile of a recipe that names none. */
export const DEFAULT_PROFILE = 'hf';

/** What recipes call the profiles, the default first. */
export const PROFILE_NAMES: readonly string[] = [...new Set([DEFAULT_PROFILE, ...PROFILES.keys()])];

/** The profile of this name. Throws BrewhouseError `usage` where there is none. */
export function profileOf(name: string): Profile {
  const profile = PROFILES.get(name);
  if (profile !== undefined) return profile;
  throw new BrewhouseError('usage', `there is no profile ${name}`, {
    remedy: nearestRemedy(name, PROFILE_NAMES, 'there is'),
  });
}
