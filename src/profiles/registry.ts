/**
 * The profiles there are, one line each: recipes, command line, footers and files take them from
 * here.
 */
import { BrewhouseError, nearestName } from '../errors.ts';
import { HF } from './hf.ts';
import type { Profile } from './profile.ts';

const PROFILES: ReadonlyMap<string, Profile> = new Map([['hf', HF]]);

/** What recipes call the profiles; the first is the default. */
export const PROFILE_NAMES: readonly string[] = [...PROFILES.keys()];

/** The profile of this name. Throws BrewhouseError `usage` where there is none. */
export function profileOf(name: string): Profile {
  const profile = PROFILES.get(name);
  if (profile !== undefined) return profile;
  const near = nearestName(name, PROFILE_NAMES);
  throw new BrewhouseError('usage', `there is no profile ${name}`, {
    remedy: near === undefined ? `there is ${PROFILE_NAMES.join(', ')}` : `did you mean ${near}?`,
  });
}
