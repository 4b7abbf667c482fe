/** `brewhouse check`: validates event files; exits 1 where one is wrong. */
import { readDomain } from '../../../pipelines/corpus-inputs.ts';
import { EXIT } from '../../errors.ts';
import { checkEvents } from '../../sources/check-events.ts';
import type { OptionValues } from '../command.ts';
import { optionalText, textOf } from '../options.ts';
import { grouped, type Output, table } from '../output.ts';

export async function run(options: OptionValues, _args: readonly string[], output: Output): Promise<number> {
  const domainFile = optionalText(options, 'domain');
  const domain = domainFile === undefined ? undefined : await readDomain(domainFile);
  const report = await checkEvents(textOf(options, 'events'), domain, (events) =>
    output.progress('checking events', events, 0, { count: events, unit: 'events' }),
  );
  output.settle();
  const { events, duplicates, errors, warnings } = report;
  output.result({ events, duplicates, errors, warnings });
  output.print(
    table([
      ['member events', grouped(events.member)],
      ['item events', grouped(events.item)],
      ['interactions', grouped(events.interaction)],
      ['duplicates', grouped(duplicates)],
    ]),
  );
  for (const each of [...errors, ...warnings]) {
    const kind = errors.includes(each) ? 'error' : 'warning';
    output.print(
      `  ${kind} ${each.code} x ${grouped(each.count)}, first at ${each.file}:${each.line}${each.field === '' ? '' : `, field ${each.field}`}: ${each.message}`,
    );
  }
  output.print(errors.length === 0 ? '\nno errors' : `\n${errors.length} kinds of errors`);
  return errors.length === 0 ? EXIT.done : EXIT.fault;
}
