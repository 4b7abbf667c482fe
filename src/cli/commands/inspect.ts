/** `brewhouse inspect`: one row of a release as text, roles and origins coloured. */
import { releaseTokenizer } from '../../../pipelines/corpus-inputs.ts';
import { openRelease } from '../../adapters/open-release.ts';
import { recordOf } from '../../checked.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { LEDGER_COUNTS } from '../../prompt/row-columns.ts';
import type { ReleaseRow } from '../../release/release-reader.ts';
import type { LoadedTokenizer } from '../../tokenize/load-tokenizer.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';
import { rowText, textRuns } from '../row-text.ts';

/**
 * Throws `not_found` where there is no such row or release, `release_broken`, `tokenizer_refused`.
 */
export async function run({ flags, args: [folder], colour }: CallOf<'inspect'>, effects: Effects): Promise<Outcome> {
  const release = await openRelease(folder, effects);
  const { example, split = 'train', row = 0 } = flags;
  const found = await (example === undefined ? release.row(split, row) : release.example(example));
  const tokenizer = await releaseTokenizer(release.manifest.identity, flags.tokenizer);
  return { exit: EXIT.done, result: rowResult(found, tokenizer), text: showRow(found, tokenizer, colour) };
}

function rowResult(row: ReleaseRow, tokenizer: LoadedTokenizer): object {
  const ledger = recordOf([...LEDGER_COUNTS, 'stopped_at'], (name) => row.origin[name]);
  return {
    input_ids: [...row.ids],
    labels: row.labels,
    text: tokenizer.decode(row.ids),
    segments: textRuns(row, (ids) => tokenizer.decode(ids)),
    sidecar: { ...row.meta, ...ledger },
  };
}

/** The text of a row, its facts and its ledger. */
export function showRow(row: ReleaseRow, tokenizer: LoadedTokenizer, colour: boolean): string {
  const { origin, meta } = row;
  const runs = textRuns(row, (ids) => tokenizer.decode(ids));
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
      `${origin.shown} of ${origin.available} shown, ` +
        `${origin.lowered} shortened, ${origin.left_out} left out (${room})`,
    ],
  ]);
  return `${rowText(row, runs, colour)}\n\n${facts}`;
}
