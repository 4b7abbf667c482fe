/** `brewhouse simulate`: a seeded jobs marketplace as event files. */
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { simulate } from '../../simulate/simulate.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';

const DAYS_DEFAULT = 90;

/** Throws as `simulate` does. */
export async function run({ flags }: CallOf<'simulate'>, effects: Effects): Promise<Outcome> {
  const { out, members, seed, days = DAYS_DEFAULT, duplicates = 0, shuffle, late = 0 } = flags;
  const world = { members, seed, days, duplicates, shuffle, late, memory: !flags['no-memory'] };
  const { heldEventsMax, ...summary } = await simulate({ ...world, out }, effects);
  const { auc } = summary.oracle;
  const said = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  const rows = table([
    ['members', grouped(summary.members)],
    ['items', grouped(summary.items)],
    ['interactions', grouped(summary.events.interaction)],
    ['best AUC from the last 10 events', said(auc.last_10)],
    ['best AUC from all events', said(auc.all)],
  ]);
  return {
    exit: EXIT.done,
    result: { ...summary, held_events_max: heldEventsMax },
    text: `${rows}\n\nwrote ${out}: event files, domain.yaml and oracle/`,
  };
}
