/** `brewhouse import`: tables into event files by a mapping. */
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { importTables } from '../../tables/import-tables.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';

/** Throws as `importTables` does. */
export async function run({ flags }: CallOf<'import'>, effects: Effects): Promise<Outcome> {
  const { mapping, from, out } = flags;
  const summary = await importTables({ mappingFile: mapping, from, out }, effects);
  const { events, source } = summary;
  for (const { file, line, message } of summary.first_dead)
    effects.observe({ kind: 'warning', message: `${file}:${line}: ${message}` });
  const lines = [
    table([
      ['rows', grouped(summary.rows)],
      ['member events', grouped(events.member)],
      ['item events', grouped(events.item)],
      ['interactions', grouped(events.interaction)],
      ['dead rows', grouped(summary.dead)],
    ]),
    ...source.assumed.map(({ type, attribute, because }) => `  assumed   ${type}.${attribute}: ${because}`),
    ...source.left_out.map(({ type, attribute, why }) => `  left out  ${type}.${attribute}: ${why}`),
    `\nwrote ${out}`,
  ];
  return { exit: EXIT.done, result: summary, text: lines.join('\n') };
}
