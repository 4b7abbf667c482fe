/** What lies beside the events, as timelines keep it today. */
import type { TimelineRecord } from '../../schemas/commit.ts';
import { readSource } from './source-file.ts';

export type Assumptions = NonNullable<TimelineRecord['assumptions']>;
export const ASSUMPTIONS_FILE = 'source.yaml';

export async function readAssumptions(dir: string): Promise<Assumptions> {
  const { assumed, left_out, credit } = await readSource(dir);
  return { assumed, left_out, ...(credit === undefined ? {} : { credit }) };
}
