/** The lineage of a release, read by a schema that leaves no room (PUBLISH-7). */

import { z } from 'zod';
import { deadRowsSchema } from '../dead-rows.ts';
import { count, mapOf, readAs } from '../read-json.ts';
import { moment, sha256, version } from './manifest.ts';

const counts = mapOf(count);

/** Platforms and machines that Node 24 runs on. */
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openbsd', 'sunos', 'win32'];
const MACHINES = ['arm', 'arm64', 'ia32', 'loong64', 'mips', 'mipsel', 'ppc64', 'riscv64', 's390x', 'x64'];

const lineageSchema = z.strictObject({
  ...{ manifest_sha256: sha256, corpus_until: moment.nullable() },
  records: z.strictObject({ read: count, used: count, duplicate: count, late: count, dead: count, dropped: count }),
  dead_rows: deadRowsSchema,
  ...{ questions: mapOf(mapOf(counts)), alike_after_cut: mapOf(z.int().min(1)), after_until: count },
  partitions: z.int().min(1).max(65_536),
  parts: z.array(sha256),
  timelines: z.array(z.strictObject({ partition: count, seq: z.int().min(1), sha256 })),
  items: z.array(z.strictObject({ seq: z.int().min(1), sha256 })).min(1),
  corpus: z.array(z.strictObject({ partition: count, seq: z.int().min(1), sha256 })),
  machine: z.strictObject({ node: version, platform: z.enum(PLATFORMS), arch: z.enum(MACHINES) }),
});

/** What a release says it was made from. */
export type Lineage = z.infer<typeof lineageSchema>;

/** Reads a lineage. Throws `release_broken` where it is not one. */
export function readLineage(json: unknown): Lineage {
  return readAs(lineageSchema, json, 'lineage');
}
