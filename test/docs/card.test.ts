/** docs/release.md says the card line by line: filled in, its block is a card (PUBLISH-4). */
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import { PROFILE_NAMES, profileOf } from '../../src/profiles/profiles.ts';
import { releaseCard } from '../../src/release/card/card.ts';
import { configsOf } from '../../src/release/card/columns.ts';
import { licenceKeys } from '../../src/release/card/licences.ts';
import { splitMeanings } from '../../src/release/card/splits.ts';
import { marked, page, section, tableRows } from './pages.ts';

const text = page('release.md');
const own = section(text, '## The card');
const [, block = ''] = /^````\n([\s\S]*?)^````$/m.exec(own) ?? [];

const facts = {
  ...{ id: 'the-id', corpus: 'c', recipe_sha256: 'r', until: 86_400_000, notes: ['A note.'], profile: 'hf' },
  identity: {
    section: { holdout: { surfaces: ['mail', 'a|b'] } },
    ...{ domain: { name: 'jobs' }, context: 4096, tokenizer: { id: 'toy', sha256: 's' } },
  },
  release: { splits: { t1: 0, t2: 3_600_000, gap: 86_400_000 }, holdout_tasks: ['rank'] },
  splits: { train: { rows: 1_000, tokens: 20_000, loss_tokens: 3_000 } },
  fates: { rank: { train: 1_000 } },
  labels: { rank: { yes: { train: 1_000 } } },
  keep_shares: [{ task: 'rank', label: 'yes', kept: 1_000, all: 2_000 }],
  source: {
    assumed: [{ type: 'item', attribute: 'title', because: 'why' }],
    dated: [{ by: 'first_seen', because: 'why' }],
    left_out: [{ type: 'item', attribute: 'x', why: 'why' }],
    ...{ name: 'src', credit: 'Ann', licence: 'Odd One' },
  },
  since: { id: 'r1', until: 0, first: { id: 'r0' }, replay: 0.05, changes: { removed: 1_000, replaced: 2_000 } },
  files: (['data', 'meta', 'origin'] as const).map((kind) => ({ kind, split: 'train', path: `${kind}/x` })),
} as unknown as Manifest;
const row = { row: 7, task: 'rank', template: 't', label: 'yes', ids: new Int32Array(1_200), text: 'Told.' };

/** What each `<...>` of the block is, for these facts. */
const VALUES: Readonly<Record<string, string>> = {
  'name of the domain, `, until ` and until; in quotes': '"jobs, until 1970-01-02"',
  'licence on the Hub': 'other',
  'id of another licence, in quotes': '"odd-one"',
  ...{ size: '1K<n<10K', split: 'train', 'name of the domain': 'jobs', until: '1970-01-02', id: 'the-id' },
  ...{ 'name of the source': 'src', 'licence, or `none was named`': 'Odd One', credit: 'Ann', note: 'A note.' },
  ...{ row: '7', 'its task': 'rank', 'its template': 't', 'its label': 'yes', 'its tokens': '1,200' },
  ...{ fence: '```', 'text of the row': 'Told.', rows: '1,000', tokens: '20,000', 'supervised tokens': '3,000' },
  'splits but test_template, joined by ` | `': 'train',
  '`---:|` for each of them': '---:|',
  ...{ task: 'rank', 'its rows in each of them, joined by ` | `': '1,000', label: 'yes', 'rows of train': '1,000' },
  ...{ share: '100.0', kept: '1,000', all: '2,000', context: '4,096', 'id of the tokenizer': 'toy', sha256: 's' },
  ...{ corpus: 'c', recipe_sha256: 'r', 'meaning of the split': splitMeanings(facts).train },
  ...{ 'id of R': 'r1', 'until of R': '1970-01-01', 'id of the first': 'r0', removed: '1,000', replaced: '2,000' },
};

/** The columns of the table under a heading, without those of headings below it. */
const columnsOf = (heading: string) =>
  tableRows(section(text, heading).split(/^#/m)[0]!).flatMap(([name = '', holds = '']) =>
    marked(name).map((column) => ({ column, holds })),
  );

describe('the card of docs/release.md', () => {
  it('is one, filled in', () => {
    const configs = configsOf('hf');
    const fill = (lines: string, more: Readonly<Record<string, string>> = {}) =>
      lines.replace(/<([^<>]*)>/g, (all, what: string) => ({ ...VALUES, ...more })[what] ?? all);
    /** The lines of the block from one to before another, once for each config. */
    const each = (from: string, to: string, lines: (config: (typeof configs)[number], part: string) => string) => {
      const part = block.slice(block.indexOf(from), block.indexOf(to));
      return [part, configs.map((config) => lines(config, part)).join('')] as const;
    };
    const files = each('* - config_name', '  dataset_info:', ({ name, kind }, part) =>
      fill(part, { config: name, 'path of a file of the config and the split': `${kind}/x` }),
    );
    const repeated = (part: string, first: string, columns: (typeof configs)[number]['columns']) => {
      const at = part.indexOf(first);
      const end = part.endsWith('*\n') ? part.length - 2 : part.length;
      const lines = columns.map(({ name, isList, dtype, holds }) =>
        fill(part.slice(at, end), {
          ...{ column: name, '`list` or `dtype`': isList ? 'list' : 'dtype', dtype, 'what it holds': holds },
          '`list of ` where it is one, and dtype': isList ? `list of ${dtype}` : dtype,
        }),
      );
      return part.slice(0, at) + lines.join('') + part.slice(end);
    };
    const featured = block.slice(block.indexOf('  dataset_info:\n') + '  dataset_info:\n'.length);
    const features = featured.slice(0, featured.indexOf('  ---\n'));
    const tables = each('* Config', '  ## Load', ({ name, columns }, part) =>
      fill(repeated(part, '* | `<column>`', columns), { config: name }),
    );
    const filled = block
      .replace(tables[0], tables[1])
      .replace(
        features,
        configs.map(({ name, columns }) => fill(repeated(features, '*   - name', columns), { config: name })).join(''),
      )
      .replace(files[0], files[1])
      .replace(
        '* - <sentence of the profile>\n',
        profileOf('hf')
          .card.training(4096)
          .map((sentence) => `* - ${sentence}\n`)
          .join(''),
      )
      .replace('<type>.<attribute> (<because>); ....', 'item.title (why).')
      .replace('<by> (<because>); ....', 'first_seen (why).')
      .replace('<type>.<attribute> (<why>); ....', 'item.x (why).');
    const wanted = fill(filled)
      .replace(/^[ ?*]$/gm, '')
      .replace(/^[ ?*] (?=.)/gm, '');
    expect(wanted).not.toMatch(/<(?!n<)[a-z`]/);
    expect(releaseCard(facts, row)).toBe(wanted);
  });

  it('has the columns as the tables of the page have them', () => {
    const [data, meta, origin] = configsOf('hf').map(({ columns }) =>
      columns.map(({ name, holds }) => ({ column: name, holds })),
    );
    expect(columnsOf('## data: the profile `hf`').slice(0, data!.length)).toEqual(data);
    expect(columnsOf('## data: the profile `weighted`')).toEqual(
      configsOf('weighted')[0]!.columns.map(({ name, holds }) => ({ column: name, holds })),
    );
    expect(columnsOf('## meta: the sidecar')).toEqual(meta);
    expect(columnsOf('## origin: roles, origins, cut ledgers')).toEqual(origin);
  });

  it('has splits, profiles and licences as the page lists them', () => {
    const rows = tableRows(own).map((cells) => cells.join(' | '));
    const dates: Readonly<Record<string, string>> = {
      ...{ t1: '1970-01-01', t2: '1970-01-01T01:00:00.000Z', 't1 + gap': '1970-01-02', until: '1970-01-02' },
      ...{ 't2 + gap': '1970-01-02T01:00:00.000Z', context: '4096' },
      ...{ 'until of R': '1970-01-01', 'share of replay': '0.05' },
    };
    const listed = rows.map((line) => line.replace(/<([^<>]*)>/g, (all, what: string) => dates[what] ?? all));
    const { since: _, ...whole } = facts;
    const meanings = [...Object.entries(splitMeanings(facts)), ['train', splitMeanings(whole).train] as const];
    for (const [split, meaning] of meanings) {
      const told = meaning.replace('mail, a\\|b', '<their names, joined by `, `>');
      expect(listed).toContain(
        `\`${split}\` | ${split === 'test_task' ? told.replace('rank', '<their names, joined by `, `>') : told}`,
      );
    }
    for (const profile of PROFILE_NAMES)
      for (const sentence of profileOf(profile).card.training(4096))
        expect(listed).toContain(`\`${profile}\` | ${sentence}`);
    const [, licences = ''] = /is on the Hub when it is one of these:\n([\s\S]*?)\.\n/.exec(own) ?? [];
    expect(marked(licences).length).toBeGreaterThan(60);
    for (const licence of marked(licences)) expect(licenceKeys(licence)).toEqual({ license: licence });
    expect(licenceKeys('cc-by-9.0')).toEqual({ license: 'other', license_name: 'cc-by-9.0' });
  });
});
