/** The certificate: what a verification found, in figures and in one sentence. */
import type { Certificate, Fault } from '../../schemas/manifest.ts';
import type { AssumedAttribute, DatedItems } from '../../schemas/source.ts';
import { quotedName } from '../errors.ts';
import { CHECKS, type FaultList } from './fault-list.ts';
import { thousands } from './release/card-phrases.ts';
import type { CheckedShare } from './release/checked-share.ts';

/** What a certificate was made of, by digests, and what of that was the release's own word. */
type Named = Pick<
  Certificate,
  | 'manifest_sha256'
  | 'events_sha256'
  | 'recipe_sha256'
  | 'domain_sha256'
  | 'templates_sha256'
  | 'tokenizer_sha256'
  | 'checker_version'
  | 'taken_on_word'
>;

/** What a certificate is made of. */
export interface CertificateOptions extends CheckedShare {
  readonly named: Named;
  readonly list: FaultList;
  readonly assumed: readonly AssumedAttribute[];
  readonly dated: readonly DatedItems[];
  readonly deadRows: Certificate['dead_rows'];
  readonly deadRowsIn: Certificate['dead_rows_in'];
  readonly itemsWithoutTime: number;
}

/** The certificate of a verification. */
export function certificateOf(options: CertificateOptions): Certificate {
  const { list, assumed, dated, deadRows, rows, tokens, sample } = options;
  const claim = `${thousands(list.counts.future ?? 0)} of ${thousands(rows)} rows look into the future`;
  return {
    ...options.named,
    ok: Object.keys(list.counts).length === 0,
    rows_checked: rows,
    tokens_checked: tokens,
    sampled: sample !== undefined,
    checks: { ...list.looked },
    faults: inTellingOrder(list.faults),
    fault_counts: { ...list.counts },
    assumed: [...assumed],
    dated: [...dated],
    dead_rows: { ...deadRows },
    dead_rows_in: options.deadRowsIn,
    items_without_time: options.itemsWithoutTime,
    latest_close_ms: options.latestCloseMs,
    sentence: `${claim}${sampling(sample)}${assumption(options)}.${loss(deadRows)}${goingOn(options)}`,
  };
}

const CHECK_NAMES: readonly string[] = CHECKS;

/**
 * Faults that name a row before counts that are off, which have their cause in some row; of each
 * check one after another, the most telling first: whoever reads no further than a screen meets a
 * row of every kind.
 */
function inTellingOrder(faults: readonly Fault[]): Fault[] {
  const met = new Map<string, number>();
  const ranked = faults.map((fault) => {
    const rowless = fault.row < 0 ? 1 : 0;
    const kind = `${fault.check} ${rowless}`;
    const turn = met.get(kind) ?? 0;
    met.set(kind, turn + 1);
    return { fault, rowless, turn, check: CHECK_NAMES.indexOf(fault.check) };
  });
  ranked.sort((a, b) => a.rowless - b.rowless || a.turn - b.turn || a.check - b.check);
  return ranked.map(({ fault }) => fault);
}

/** Which rows were rendered anew, and what of the others was looked at all the same. */
function sampling(sample: CheckedShare['sample']): string {
  if (sample === undefined) return '';
  const { every, total } = sample;
  const anew = `row 0 and every ${ordinal(every)} after it of ${thousands(total)} were made anew`;
  return ` (a sample: ${anew}, of the others only their place, length, mask and digest were checked)`;
}

/** 1st, 2nd, 3rd, 11th. */
function ordinal(count: number): string {
  const ending = count % 100 > 10 && count % 100 < 14 ? undefined : ['st', 'nd', 'rd'][(count % 10) - 1];
  return `${thousands(count)}${ending ?? 'th'}`;
}

/** What the sentence takes on trust. */
function assumption({ assumed, dated, itemsWithoutTime }: CertificateOptions): string {
  const parts: string[] = [];
  const names = [...new Set(assumed.map(({ attribute }) => quotedName(attribute)))];
  if (names.length > 0) parts.push(`${andList(names)} never changed`);
  if (dated.some(({ by }) => by === 'first_seen'))
    parts.push('items that no row dates were there from the first interaction with each on');
  if (dated.some(({ by }) => by === 'constant'))
    parts.push('items that no row dates were there from the time on that the mapping says');
  if (itemsWithoutTime > 0) {
    const items = itemsWithoutTime === 1 ? 'item without a time was' : 'items without a time were';
    parts.push(`${thousands(itemsWithoutTime)} ${items} there from the beginning`);
  }
  return parts.length === 0 ? '' : `, assuming that ${parts.join(' and that ')}`;
}

/** What an increment was held to. */
function goingOn({ since }: CertificateOptions): string {
  if (since === undefined) return '';
  const { id, releases } = since;
  if (releases === 0) return ` What has changed since the release ${id} is taken on its own word.`;
  const held = releases === 1 ? '' : ` and ${thousands(releases - 1)} before it`;
  return ` What has changed was held to the release ${id}${held}.`;
}

/** What never came so far that a future could be seen in it. */
function loss(deadRows: Certificate['dead_rows']): string {
  const rows = Object.values(deadRows).reduce((sum, count) => sum + count, 0);
  if (rows === 0) return '';
  return ` ${thousands(rows)} ${rows === 1 ? 'row of a table' : 'rows of tables'} became no event.`;
}

function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
