/** `brewhouse import`: tables into event files by a mapping. */
import { entriesOf } from '../../checked.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import type { EmptyTable, ImportSummary } from '../../tables/import-summary.ts';
import { importTables } from '../../tables/import-tables.ts';
import { deadFolder } from '../../tables/output-names.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';

/** More dead rows than this are no accident: somebody would miss what they say. */
const MAX_DEAD = 0.01;

/**
 * Exits 1, with everything written, where more rows died than may, or a table came to no event.
 * Throws as `importTables` does.
 */
export async function run({ flags }: CallOf<'import'>, effects: Effects): Promise<Outcome> {
  const { mapping, from, out, 'max-dead': maxDead = MAX_DEAD } = flags;
  const allowed = new Set(flags['allow-empty']?.split(','));
  const summary = await importTables({ mappingFile: mapping, from, out, firstSeen: flags['first-seen'] }, effects);
  for (const { file, line, message } of summary.first_dead)
    effects.observe({ kind: 'warning', message: `${file}:${line}: ${message}` });
  const isPast = isPastGate(summary, maxDead);
  const empty = summary.empty_tables.filter(({ table }) => !allowed.has(table));
  return {
    exit: isPast || empty.length > 0 ? EXIT.fault : EXIT.done,
    result: { ...summary, max_dead: maxDead },
    text: [...summaryLines(summary, out), ...gateLines(summary, { out, maxDead }), ...emptyLines(empty)].join('\n'),
  };
}

/** 29 of 100 rows are 0.29 of them, and 0.29 x 100 is less than 29: shares are compared. */
function isPastGate({ dead, rows }: Pick<ImportSummary, 'dead' | 'rows'>, maxDead: number): boolean {
  return dead > 0 && dead / rows > maxDead;
}

function summaryLines({ files, events, source, ...summary }: ImportSummary, out: string): string[] {
  const some = (name: string, count: number): string[][] => (count === 0 ? [] : [[name, grouped(count)]]);
  const reasons = entriesOf(summary.dead_by_reason).map(([reason, count]) => [`  ${reason}`, grouped(count)]);
  return [
    table([
      ['files', grouped(files.mapped)],
      ...some('files that were there', files.kept),
      ['rows', grouped(summary.rows)],
      ['member events', grouped(events.member)],
      ['item events', grouped(events.item)],
      ['interactions', grouped(events.interaction)],
      ...some('left out by a condition', summary.filtered),
      ...some('equal to one before', summary.equal),
      ['dead rows', grouped(summary.dead)],
      ...reasons,
    ]),
    ...source.assumed.map(({ type, attribute, because }) => `  assumed   ${type}.${attribute}: ${because}`),
    ...source.dated.map(({ because }) => `  assumed   the time of items: ${because}`),
    ...source.left_out.map(({ type, attribute, why }) => `  left out  ${type}.${attribute}: ${why}`),
    `\nwrote ${out}`,
  ];
}

function gateLines({ dead, rows }: ImportSummary, { out, maxDead }: { out: string; maxDead: number }): string[] {
  if (dead === 0) return [];
  const count = `${grouped(dead)} of ${grouped(rows)} rows became no event (${percent(dead / rows)})`;
  const share = `${count}; ${deadFolder(out)} holds them`;
  if (!isPastGate({ dead, rows }, maxDead)) return [share];
  return [share, `more than --max-dead ${maxDead} allows: mend the mapping or the tables, or allow more`];
}

/** A mapping that fits no row is at fault, however small its table is beside others. */
function emptyLines(empty: readonly EmptyTable[]): string[] {
  if (empty.length === 0) return [];
  const said = empty.map(({ table, rows, ...counts }) => {
    if (rows === 0) return `table ${table} came to no event: its files hold no row`;
    const why = entriesOf({ dead: counts.dead, 'left out by a condition': counts.filtered, equal: counts.equal });
    const parts = why.filter(([, count]) => count > 0).map(([what, count]) => `${grouped(count)} ${what}`);
    return `table ${table} came to no event: of ${grouped(rows)} rows ${parts.join(', ')}`;
  });
  return [
    ...said,
    `mend its mapping or its files, or allow it: --allow-empty ${empty.map((one) => one.table).join(',')}`,
  ];
}

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.001 ? 3 : 1)} %`;
