/** What the side of the events says beside them: what was assumed, left out, and whom to credit. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BrewhouseError } from '../../errors.ts';

const text = z.string();

/** Attributes whose time is taken on trust, those that were left out, and whom to credit. */
export const ASSUMPTIONS_FIELDS = {
  assumed: z.array(z.strictObject({ type: text, attribute: text, because: text })),
  left_out: z.array(z.strictObject({ type: text, attribute: text, why: text })),
  credit: text.optional(),
};
const schema = z.strictObject(ASSUMPTIONS_FIELDS);

/** What an import wrote beside its events, or a lake has kept of it. */
export type EventSide = z.infer<typeof schema>;

/** Where nothing was said. */
export const NOTHING_ASSUMED: EventSide = { assumed: [], left_out: [] };

/** What lies beside the events of a folder. Throws `input_unreadable` where it cannot be read. */
export function eventSideOf(folder: string): EventSide {
  const file = join(folder, 'assumptions.json');
  if (!existsSync(file)) return NOTHING_ASSUMED;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'what an import assumed cannot be read', { place: { file }, cause });
  }
}
