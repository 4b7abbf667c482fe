/** `brewhouse simulate`: a seeded jobs marketplace as event files. */
import { simulate } from '../../simulate/simulate.ts';
import type { OptionValues } from '../command.ts';
import { optionalText, shareOf, textOf, wholeOf } from '../options.ts';
import { grouped, type Output, table } from '../output.ts';

const DAYS_DEFAULT = 90;

export async function run(options: OptionValues, _args: readonly string[], output: Output): Promise<number> {
  const out = textOf(options, 'out');
  const summary = await simulate(
    {
      members: wholeOf(options, 'members', 1)!,
      seed: optionalText(options, 'seed')!,
      out,
      days: wholeOf(options, 'days', 1) ?? DAYS_DEFAULT,
      duplicates: shareOf(options, 'duplicates') ?? 0,
      shuffle: options.shuffle === true,
      late: shareOf(options, 'late') ?? 0,
      memory: options['no-memory'] !== true,
    },
    (done, total) => output.progress('simulating members', done, total, { count: done, unit: 'members' }),
  );
  output.settle();
  const { events, oracle } = summary;
  output.result({ ...summary, held_events_max: summary.heldEventsMax, heldEventsMax: undefined });
  const auc = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  output.print(
    table([
      ['members', grouped(summary.members)],
      ['items', grouped(summary.items)],
      ['interactions', grouped(events.interaction)],
      ['best AUC from the last 10 events', auc(oracle.auc.last_10)],
      ['best AUC from all events', auc(oracle.auc.all)],
    ]),
  );
  output.print(`\nwrote ${out}: event files, domain.yaml and oracle/`);
  return 0;
}
