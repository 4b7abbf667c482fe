/** `brewhouse inspect`: one row of a release as text, roles and origins coloured. */
import { releaseTokenizer } from '../../../pipelines/corpus-inputs.ts';
import { openRelease } from '../../adapters/open-release.ts';
import type { ReleaseRow } from '../../release/release-reader.ts';
import type { LoadedTokenizer } from '../../tokenize/load-tokenizer.ts';
import type { OptionValues } from '../command.ts';
import { optionalText, wholeOf } from '../options.ts';
import { grouped, type Output, table } from '../output.ts';
import { rowText, textRuns } from '../row-text.ts';

export async function run(options: OptionValues, args: readonly string[], output: Output): Promise<number> {
  const folder = args[0]!;
  const release = await openRelease(folder);
  const example = optionalText(options, 'example');
  const row =
    example === undefined
      ? await release.row(optionalText(options, 'split') ?? 'train', wholeOf(options, 'row', 0) ?? 0)
      : await release.example(example);
  await showRow(row, await releaseTokenizer(release.manifest.identity, optionalText(options, 'tokenizer')), output);
  return 0;
}

/** Prints a row, its facts and its ledger. */
export async function showRow(row: ReleaseRow, tokenizer: LoadedTokenizer, output: Output): Promise<void> {
  const runs = textRuns(row, (ids) => tokenizer.decode(ids));
  const { origin, meta } = row;
  const sidecar = {
    ...meta,
    shown: origin.shown,
    available: origin.available,
    lowered: origin.lowered,
    left_out: origin.left_out,
    room: origin.room,
    used: origin.used,
    stopped_at: origin.stopped_at,
  };
  output.result({
    input_ids: [...row.ids],
    labels: row.labels,
    text: tokenizer.decode(row.ids),
    segments: runs,
    sidecar,
  });
  output.print(rowText(row, runs, output.colour));
  output.print('');
  output.print(
    table([
      ['example', meta.example_id],
      ['member', meta.member],
      ['task', `${meta.task}, template ${meta.template}${meta.variant === '' ? '' : `, variant ${meta.variant}`}`],
      ['asked at', new Date(meta.asked_at).toISOString()],
      ['label', `${meta.label}, settled at ${new Date(meta.label_settled_at).toISOString()}`],
      ['tokens', `${grouped(meta.n_tokens)}, ${meta.n_loss_tokens} supervised`],
      [
        'history',
        `${origin.shown} of ${origin.available} shown, ${origin.lowered} shortened, ${origin.left_out} left out (${grouped(origin.used)} of ${grouped(origin.room)} tokens)`,
      ],
    ]),
  );
}
