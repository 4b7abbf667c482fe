/** `brewhouse check`: validates event files; exits 1 where one is wrong. */
import { readDomain } from '../../../pipelines/corpus-inputs.ts';
import { missingAttributes } from '../../../pipelines/missing-attributes.ts';
import { openEvents } from '../../adapters/open-events.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { type CheckResult, checkEvents, type Unordered } from '../../sources/check-events.ts';
import type { CheckError } from '../../sources/check-kinds.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';

/** Throws `domain_invalid`, and as `checkEvents` does. */
export async function run({ flags }: CallOf<'check'>, effects: Effects): Promise<Outcome> {
  const domain = flags.domain === undefined ? undefined : await readDomain(flags.domain);
  const { attributes, ...checked } = await checkEvents(openEvents(flags.events, effects), domain, effects);
  const missing = domain === undefined ? [] : missingAttributes(domain, attributes);
  const unsaid = missing.map((each) => ({
    ...{ code: 'attribute_missing' as const, file: flags.domain ?? '', line: 0, count: 1 },
    ...each,
  }));
  const result = { ...checked, warnings: [...checked.warnings, ...unsaid] };
  const { events, duplicates, errors, warnings } = result;
  const lines = [
    table([
      ['member events', grouped(events.member)],
      ['item events', grouped(events.item)],
      ['interactions', grouped(events.interaction)],
      ['duplicates', grouped(duplicates)],
      unorderedRow(result.unordered),
    ]),
    ...errors.map((each) => `  error ${sayKind(each)}`),
    ...warnings.map((each) => `  warning ${sayKind(each)}`),
    `\n${verdict(result)}`,
  ];
  return { exit: errors.length === 0 ? EXIT.done : EXIT.fault, result, text: lines.join('\n') };
}

function verdict({ errors, events }: Pick<CheckResult, 'errors' | 'events'>): string {
  if (errors.length > 0) return errors.length === 1 ? '1 kind of error' : `${errors.length} kinds of errors`;
  return events.interaction === 0 ? 'no errors, but nothing to ask: there are no interactions' : 'no errors';
}

/** A row of a table on what a hash orders (EVENT-4). */
export function unorderedRow({ interactions, share }: Unordered): string[] {
  return ['ordered by a hash alone', `${grouped(interactions)} (${(100 * share).toFixed(1)} %)`];
}

function sayKind({ code, count, file, line, field, message }: CheckError): string {
  const where = line === 0 ? file : `${file}:${line}`;
  // What is wrong with a whole file, or the folder, is not the first of several.
  const place = line > 0 || count > 1 ? ` x ${grouped(count)}, first at ${where}` : file === '.' ? '' : ` at ${where}`;
  return `${code}${place}${field === '' ? '' : `, field ${field}`}: ${message}`;
}
