/**
 * All that the tests do to the files of an honest release, with every hash mended: each is a fault
 * by the check that is meant.
 */

import { ENTRIES_AND_FILES } from './tampered-entries.ts';
import { CARD, FILES } from './tampered-files.ts';
import { FOOTERS } from './tampered-footers.ts';
import { LINEAGE } from './tampered-lineage.ts';
import { IDENTITY, MANIFEST } from './tampered-manifest.ts';
import { ORIGINS } from './tampered-origins.ts';
import { PACKED } from './tampered-pages.ts';
import { TABLES } from './tampered-tables.ts';
import type { Tampering } from './tampering.ts';

/** In the order in which they are told. */
export const TAMPERINGS: readonly Tampering[] = [
  ...[...FILES, ...CARD, ...MANIFEST, ...IDENTITY],
  ...[...LINEAGE, ...FOOTERS, ...PACKED, ...TABLES, ...ORIGINS, ...ENTRIES_AND_FILES],
];
