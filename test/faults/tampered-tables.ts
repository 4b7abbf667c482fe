/** What somebody may do to columns, rows and index entries of a release. */
import { EXAMPLE_INDEX, MEMBER_INDEX, SIDECAR } from '../../schemas/rows.ts';
import type { ColumnType } from '../../src/shard/parquet-writer.ts';
import {
  type FileColumn,
  type ReleasedRow,
  rewriteColumns,
  rewriteRows,
  rewriteTable,
  splitRowGroup,
} from './tampered-rows.ts';
import { RAW, type Tampering } from './tampering.ts';

const LAW = 'PUBLISH-6';

const EXAMPLES = { path: 'index/examples.parquet', table: EXAMPLE_INDEX };
const MEMBERS = { path: 'index/members.parquet', table: MEMBER_INDEX };

/** A column of raw ids behind the others. */
function more(name: string, type: ColumnType = 'utf8') {
  return (columns: FileColumn[], rows: number): FileColumn[] => {
    const texts = Array.from({ length: rows }, () => RAW);
    const offsets = Int32Array.from({ length: rows + 1 }, (_, row) => row);
    return [...columns, { spec: { name, type }, chunk: type === 'utf8' ? texts : { values: texts, offsets } }];
  };
}

const COLUMNS: readonly Tampering[] = [
  {
    name: 'a column `list` of raw ids in a sidecar',
    change: (release) => rewriteColumns(release, `meta/${release.shard('train')}`, more('list')),
    ...{ by: 'schema', law: LAW, says: /list/ },
  },
  {
    name: 'a column `element` of raw ids in an origin file',
    change: (release) => rewriteColumns(release, `origin/${release.shard('train')}`, more('element', 'list<utf8>')),
    ...{ by: 'schema', law: LAW, says: /element/ },
  },
  {
    name: 'a fourth column of tokens',
    change: (release) => rewriteColumns(release, `data/${release.shard('train')}`, more('owner', 'list<utf8>')),
    ...{ by: 'schema', law: LAW, says: /owner/ },
  },
  {
    name: 'a column of raw ids in an index',
    change: (release) => rewriteColumns(release, MEMBERS.path, more('owner')),
    ...{ by: ['index', 'schema'], law: LAW, says: /owner/ },
  },
  {
    name: 'columns in another order',
    change: (release) => rewriteColumns(release, `meta/${release.shard('test')}`, (columns) => columns.toReversed()),
    ...{ by: 'schema', law: LAW, says: /columns/ },
  },
  {
    name: 'positions that are whole numbers of 64 bits',
    change: (release) =>
      rewriteColumns(release, `meta/${release.shard('test')}`, (columns) =>
        columns.map(({ spec, chunk }) =>
          spec.name === 'position'
            ? { spec: { name: spec.name, type: 'int64' }, chunk: Float64Array.from(chunk as Int32Array) }
            : { spec, chunk },
        ),
      ),
    ...{ by: 'schema', law: LAW, says: /position|columns/ },
  },
  {
    name: 'row groups that end before they are full',
    async change(release) {
      for (const kind of ['data', 'meta', 'origin'])
        await splitRowGroup(release, `${kind}/${release.shard('train')}`, 5);
    },
    ...{ by: ['schema', 'manifest'], law: LAW, says: /row group/, isWide: true },
  },
  {
    name: 'tokens that nobody attends to',
    change: (release) =>
      rewriteColumns(release, `data/${release.shard('train')}`, (columns) =>
        columns.map(({ spec, chunk }) => {
          if (spec.name !== 'attention_mask') return { spec, chunk };
          const { values, offsets } = chunk as { values: Int8Array; offsets: Int32Array };
          return { spec, chunk: { values: values.with(3, 0), offsets } };
        }),
      ),
    ...{ by: ['answer', 'schema'], law: LAW, says: /mask/ },
  },
];

const INDEXES: readonly Tampering[] = [
  {
    name: 'an index entry that points at another row',
    change: (release) =>
      rewriteTable(release, EXAMPLES, ([first, ...others]) => [
        { ...first!, row: first!.row === 0 ? 1 : first!.row - 1 },
        ...others,
      ]),
    ...{ by: 'index', law: ['RELEASE-5', 'PUBLISH-5', 'PUBLISH-2'], says: /no such row/ },
  },
  {
    name: 'an index entry twice',
    change: (release) => rewriteTable(release, EXAMPLES, ([first, ...others]) => [first!, first!, ...others]),
    ...{ by: ['index', 'manifest'], law: ['RELEASE-5', 'PUBLISH-5', 'PUBLISH-2'], says: /twice|entries|rows/ },
  },
  {
    name: 'an index entry in place of another',
    change: (release) => rewriteTable(release, MEMBERS, ([first, , ...others]) => [first!, first!, ...others]),
    ...{ by: 'index', law: ['RELEASE-5', 'PUBLISH-5', 'PUBLISH-2'], says: /twice|missing|entries/ },
  },
  {
    name: 'an index of members without one of them',
    change: (release) => rewriteTable(release, MEMBERS, ([, ...others]) => others),
    ...{ by: ['index', 'manifest'], law: ['RELEASE-5', 'PUBLISH-5', 'PUBLISH-2'], says: /entries|rows/ },
  },
  {
    name: 'an index that is not sorted',
    change: (release) => rewriteTable(release, EXAMPLES, (entries) => entries.toReversed()),
    ...{ by: 'index', law: ['PUBLISH-5', 'RELEASE-5'], says: /sorted/ },
  },
  {
    name: 'rows of one member in another order of theirs',
    change: (release) =>
      rewriteTable(release, MEMBERS, (entries) => {
        const at = entries.findIndex((entry, i) => entry.member === entries[i + 1]?.member);
        return entries.with(at, entries[at + 1]!).with(at + 1, entries[at]!);
      }),
    ...{ by: 'index', law: ['PUBLISH-5', 'RELEASE-5'], says: /sorted/ },
  },
];

/** What a reader passes over, or looks no further than. */
const UNSEEN: readonly Tampering[] = [
  ...(['member', 'label', 'item_ids', 'turn_times'] as const).map(
    (name): Tampering => ({
      name: `a byte order mark in front of the ${name} of a row`,
      change: (release) =>
        rewriteTable(release, { path: `meta/${release.shard('train')}`, table: SIDECAR }, ([first, ...others]) => [
          { ...first!, [name]: `\ufeff${first![name]}` },
          ...others,
        ]),
      ...{ by: ['pseudonym', 'origin', 'label', 'candidates', 'sidecar', 'index'], law: 'docs/release.md', says: /./ },
    }),
  ),
  {
    name: 'a byte order mark in front of a split in an index',
    change: (release) =>
      rewriteTable(release, EXAMPLES, ([first, ...others]) => [
        { ...first!, split: `\ufeff${first!.split}` },
        ...others,
      ]),
    ...{ by: 'index', law: 'PUBLISH-5', says: /no such row/ },
  },
];

/** Beside the tokens. */
const BESIDE: readonly Tampering[] = [
  {
    name: 'raw ids where no turn has a time',
    change: (release) =>
      rewriteTable(release, { path: `meta/${release.shard('train')}`, table: SIDECAR }, ([first, ...others]) => [
        { ...first!, turn_times: RAW },
        ...others,
      ]),
    ...{ by: 'sidecar', law: 'docs/release.md', says: /turn_times/ },
  },
  {
    name: 'a draw that is not the row’s',
    change: (release) =>
      rewriteTable(release, { path: `meta/${release.shard('train')}`, table: SIDECAR }, ([first, ...others]) => [
        { ...first!, thin: first!.thin + 1 },
        ...others,
      ]),
    ...{ by: 'sidecar', law: 'DRAW-4', says: /thin/ },
  },
  {
    name: 'a propensity that nobody measured',
    change: (release) =>
      rewriteTable(release, { path: `meta/${release.shard('train')}`, table: SIDECAR }, ([first, ...others]) => [
        { ...first!, propensity: Number.NaN },
        ...others,
      ]),
    ...{ by: 'sidecar', law: 'ORIGIN-4', says: /propensity/ },
  },
  {
    name: 'sidecars of two rows that changed places',
    change: (release) =>
      rewriteTable(
        release,
        { path: `meta/${release.shard('train')}`, table: SIDECAR },
        ([first, second, ...others]) => [second!, first!, ...others],
      ),
    ...{ by: 'sidecar', law: 'docs/release.md', says: /./, isWide: true },
  },
];

/** Rows that are written anew, with everything that names or counts them. */
const ROWS: readonly Tampering[] = [
  {
    name: 'a supervised span that is shifted by one token',
    change: (release) =>
      rewriteRows(release, ([first, ...others]) => [
        { ...first!, spans: first!.spans.map((end) => end - 1) },
        ...others,
      ]),
    ...{ by: 'answer', law: 'FRAME-4', says: /./, isWide: true },
  },
  {
    name: 'two rows that changed places between train and test',
    change: (release) =>
      rewriteRows(release, (all) => {
        const [train, tested] = (['train', 'test'] as const).map((split) =>
          all.findIndex((row) => row.split === split),
        );
        const moved = (to: number, from: number): ReleasedRow => {
          const { split } = all[to]!;
          return { ...all[from]!, split, meta: { ...all[from]!.meta, split } };
        };
        return all.with(train!, moved(train!, tested!)).with(tested!, moved(tested!, train!));
      }),
    ...{ by: 'split', law: 'SPLIT-2', says: /by the rules this row is t/, isWide: true },
  },
  {
    name: 'a row that is there twice',
    change: (release) => rewriteRows(release, (all) => [all[0]!, ...all]),
    ...{ by: 'repeat', law: 'OPEN-4', says: /./ },
  },
  {
    name: 'a row of test that is left out',
    change: (release) =>
      rewriteRows(release, (all) =>
        all.toSpliced(
          all.findIndex(({ split }) => split === 'test'),
          1,
        ),
      ),
    ...{ by: ['split', 'ledger', 'manifest'], law: 'docs/release.md', says: /missing/ },
  },
];

/** Columns, indexes, what lies beside the tokens, and rows. */
export const TABLES: readonly Tampering[] = [...COLUMNS, ...INDEXES, ...BESIDE, ...UNSEEN, ...ROWS];
