/** `brewhouse import`: tables into event files by a mapping. */
import { importTables } from '../../sources/import-tables.ts';
import type { OptionValues } from '../command.ts';
import { textOf } from '../options.ts';
import { grouped, type Output, table } from '../output.ts';

export async function run(options: OptionValues, _args: readonly string[], output: Output): Promise<number> {
  const out = textOf(options, 'out');
  const summary = await importTables(
    { mappingFile: textOf(options, 'mapping'), from: textOf(options, 'from'), out },
    (progress) => output.progress('importing', progress.rows, 0, { count: progress.rows, unit: 'rows' }),
  );
  output.settle();
  output.result(summary);
  const { events, assumptions } = summary;
  output.print(
    table([
      ['rows', grouped(summary.rows)],
      ['member events', grouped(events.member)],
      ['item events', grouped(events.item)],
      ['interactions', grouped(events.interaction)],
      ['dead rows', grouped(summary.dead)],
    ]),
  );
  for (const each of assumptions.assumed) output.print(`  assumed   ${each.type}.${each.attribute}: ${each.because}`);
  for (const each of assumptions.left_out) output.print(`  left out  ${each.type}.${each.attribute}: ${each.why}`);
  for (const dead of summary.first_dead) output.warn(`${dead.file}:${dead.line}: ${dead.message}`);
  output.print(`\nwrote ${out}`);
  return 0;
}
