/** `brewhouse inspect`: rows of a release as text, roles and origins coloured; or dead letters. */
import { releaseTokenizer } from '../../../pipelines/corpus-inputs.ts';
import { TIME_UNKNOWN } from '../../../schemas/event.ts';
import { openRelease } from '../../adapters/open-release.ts';
import { nth } from '../../checked.ts';
import type { Effects } from '../../effects.ts';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { maskedSaid } from '../../release/masked-members.ts';
import type { MaskedRow, ReleaseReader, ReleaseRow } from '../../release/release-reader.ts';
import type { LoadedTokenizer } from '../../tokenize/load-tokenizer.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { deadLines } from '../dead-text.ts';
import { table } from '../plain-text.ts';
import { legend, rowText, segmentsOf, type TextRun, textRuns } from '../row-text.ts';

/**
 * Throws `usage` where rows are named twice, `not_found` where there is no such row or release,
 * `release_broken`, `tokenizer_refused`.
 */
export async function run({ flags, args: [folder], colour }: CallOf<'inspect'>, effects: Effects): Promise<Outcome> {
  requireOneWish(flags);
  if (flags.dead) return inspectDead(folder, flags, effects);
  const release = await openRelease(folder, effects);
  const found = await wishedRows(release, flags);
  const tokenizer = await releaseTokenizer(release.manifest.identity, flags.tokenizer);
  const results = found.map((row) => (row.erasedBy === null ? rowResult(row, tokenizer) : maskedResult(row)));
  const shown = found.map((row) =>
    row.erasedBy === null ? showRow(row, tokenizer, colour) : maskedSaid(row.erasedBy),
  );
  const named = shown.map((text, i) => `row ${nth(found, i).row} of ${nth(found, i).split}:\n\n${text}`);
  const text = [...(flags.rows === undefined ? shown : named), legend(colour)].join('\n\n');
  return { exit: EXIT.done, result: flags.rows === undefined ? nth(results, 0) : { rows: results }, text };
}

type Wishes = CallOf<'inspect'>['flags'];

/** NO FLAG IS DROPPED: rows are named by number, by range or by id. */
function requireOneWish({ example, split, row, rows, dead, tokenizer }: Wishes): void {
  const [unfit] = Object.entries({ example, row, split, tokenizer }).flatMap(([flag, value]) =>
    value === undefined ? [] : flag,
  );
  if (dead && unfit !== undefined) {
    throw new BrewhouseError('usage', `--${unfit} goes with a release, and --dead with a lake`, {
      remedy: 'name letters with --rows A..B, counted from 0',
    });
  }
  const by = Object.entries({ example, row, rows }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  const [first, second] = example !== undefined && split !== undefined ? ['example', 'split'] : by;
  if (second === undefined) return;
  throw new BrewhouseError('usage', `--${first} and --${second} name rows in two ways`, {
    remedy: 'give --row N, --rows A..B or --example ID; --split goes with the first two',
  });
}

async function inspectDead(lake: string, { rows }: Wishes, effects: Effects): Promise<Outcome> {
  const letters = await deadLines(lake, { rows }, effects);
  const text = letters.map((letter) => JSON.stringify(letter)).join('\n');
  return { exit: EXIT.done, result: { letters }, text };
}

async function wishedRows(
  release: ReleaseReader,
  { example, split = 'train', row = 0, rows }: Wishes,
): Promise<(ReleaseRow | MaskedRow)[]> {
  if (example !== undefined) return [await release.example(example)];
  const { first, last } = rows ?? { first: row, last: row };
  const found: (ReleaseRow | MaskedRow)[] = [];
  for await (const each of release.rows({ split, from: first, to: last + 1 })) found.push(each);
  return found;
}

function rowResult(row: ReleaseRow, tokenizer: LoadedTokenizer): object {
  const { lowered, room, used, stopped_at } = row.origin;
  return {
    input_ids: [...row.ids],
    labels: row.labels,
    text: tokenizer.decode(row.ids),
    segments: runsOf(row, tokenizer),
    sidecar: { ...row.meta, lowered, room, used, stopped_at },
    masked: null,
  };
}

/** The same keys, and nothing of the row. */
function maskedResult({ split, row, erasedBy }: MaskedRow): object {
  const nothing = { input_ids: [], labels: [], text: '', segments: [], sidecar: null };
  const at = erasedBy === TIME_UNKNOWN ? null : erasedBy;
  return { ...nothing, masked: { split, row, erased_by: at, said: maskedSaid(erasedBy) } };
}

/** The text of a row, its facts and its ledger. */
function showRow(row: ReleaseRow, tokenizer: LoadedTokenizer, colour: boolean): string {
  const { origin, meta } = row;
  const variant = meta.variant === '' ? '' : `, variant ${meta.variant}`;
  const room = `${grouped(origin.used)} of ${grouped(origin.room)} tokens`;
  const facts = table([
    ['example', meta.example_id],
    ['member', meta.member],
    ['task', `${meta.task}, template ${meta.template}${variant}`],
    ['asked at', new Date(meta.asked_at).toISOString()],
    ['label', `${meta.label}, settled at ${new Date(meta.label_settled_at).toISOString()}`],
    ['tokens', `${grouped(meta.n_tokens)}, ${meta.n_loss_tokens} supervised`],
    [
      'history',
      `${meta.n_history_shown} of ${meta.n_history_available} shown, ${origin.lowered} shortened, ` +
        `${meta.n_history_available - meta.n_history_shown} left out (${room})`,
    ],
  ]);
  return `${rowText(row.labels, runsOf(row, tokenizer), colour)}\n\n${facts}`;
}

/** The row's text, run by run. */
export function runsOf({ ids, origin }: ReleaseRow, tokenizer: LoadedTokenizer): TextRun[] {
  return textRuns({ ids, segments: segmentsOf(origin) }, (some) => tokenizer.decode(some));
}
