/**
 * The real sets that Brewhouse ships files for, and how the part of each is cut that tests take in
 * seconds.
 */
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import type { SomeMembers } from './integration/copy-tables.ts';

/** The folder that holds the sets. */
export const REAL_DATA = process.env.BREWHOUSE_DATA ?? join(packageRoot(), '..', 'shared', 'data');

/** A set by the name of its folder, which is that of its mapping, domain and recipe. */
export interface RealSet {
  readonly name: string;
  /** Flags of `import` that the set needs. */
  readonly importFlags: readonly string[];
  /** Of what members did, what is kept of those whose id ends so. */
  readonly some: SomeMembers;
  /** Share of the questions of those members that is asked. */
  readonly share: number;
}

/** `npm run test:all` takes all of them whole. */
export const REAL_SETS: readonly RealSet[] = [
  { name: 'ifdb', importFlags: [], some: { did: /^(events|ratings)/, kept: /^[^,]*[37],/ }, share: 0.004 },
  { name: 'online-retail', importFlags: ['--first-seen'], some: { did: /^events/, kept: /^[^,]*33,/ }, share: 0.03 },
  { name: 'polis-votes', importFlags: [], some: { did: /^events/, kept: /^[^,]*33,/ }, share: 0.05 },
  {
    ...{ name: 'stackexchange-quantumcomputing', importFlags: [] },
    ...{ some: { did: /^events/, kept: /^[^,]*[37],/ }, share: 0.1 },
  },
  { name: 'us-senate-rollcalls', importFlags: [], some: { did: /^events/, kept: /^[^,]*3,/ }, share: 0.0008 },
];
