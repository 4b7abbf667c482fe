/** The certificate: what a verification found, in figures and in one sentence. */
import type { AssumedAttribute, Certificate } from '../../schemas/manifest.ts';
import type { FaultList } from './fault-list.ts';

export interface CertificateOptions {
  readonly manifestSha256: string;
  readonly rows: number;
  readonly tokens: number;
  readonly sampled: boolean;
  readonly list: FaultList;
  readonly assumed: readonly AssumedAttribute[];
  readonly itemsWithoutTime: number;
}

export function certificateOf(options: CertificateOptions): Certificate {
  const { list, assumed, rows, tokens, itemsWithoutTime } = options;
  const future = list.counts.future ?? 0;
  return {
    manifest_sha256: options.manifestSha256,
    ok: Object.keys(list.counts).length === 0,
    rows_checked: rows,
    tokens_checked: tokens,
    sampled: options.sampled,
    checks: { ...list.looked },
    faults: [...list.faults],
    fault_counts: { ...list.counts },
    assumed: [...assumed],
    items_without_time: itemsWithoutTime,
    sentence: `${thousands(future)} of ${thousands(rows)} rows look into the future${assumption(assumed, itemsWithoutTime)}.`,
  };
}

/** What the sentence takes on trust. */
function assumption(assumed: readonly AssumedAttribute[], itemsWithoutTime: number): string {
  const parts: string[] = [];
  const names = [...new Set(assumed.map(({ attribute }) => attribute))];
  if (names.length > 0) parts.push(`${andList(names)} never changed`);
  if (itemsWithoutTime > 0) {
    const items = itemsWithoutTime === 1 ? 'item without a time was' : 'items without a time were';
    parts.push(`${thousands(itemsWithoutTime)} ${items} there from the beginning`);
  }
  return parts.length === 0 ? '' : `, assuming that ${parts.join(' and that ')}`;
}

function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** 1204331 as 1,204,331. */
function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
