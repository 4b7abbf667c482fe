/**
 * The direction of imports: schemas, then the pure domain, then what touches the world, then
 * pipelines, then the command line.
 */
import { describe, expect, it } from 'vitest';
import { FORM_NAMES } from '../../src/forms/forms.ts';
import { PROFILE_NAMES } from '../../src/profiles/profiles.ts';
import { STRATEGY_NAMES } from '../../src/strategies/strategies.ts';
import { packageOf, type SourceFile, sourceFiles } from '../source-files.ts';

const files = sourceFiles('schemas', 'src', 'pipelines');
const tests = sourceFiles('test');

/** What everything may import: it imports nothing of ours itself. */
const GROUND = [
  'schemas/',
  'src/errors.ts',
  'src/config.ts',
  'src/checked.ts',
  'src/content-hash.ts',
  'src/generations.ts',
  'src/grouped.ts',
  'src/harmless-text.ts',
  'src/parsed-json.ts',
  'src/effects.ts',
  'src/observations.ts',
  'src/asked-thread.ts',
  'src/tally.ts',
  'src/thread-script.ts',
];
const PURE = ['src/timeline/', 'src/tokenize/', 'src/strategies/', 'src/forms/', 'src/prompt/', 'src/stream/'];
/** Rooms from the inside to the outside: each may import those before it. */
const ROOMS = ['src/shard/', 'src/profiles/', 'src/sort/', 'src/lake/', 'src/corpus/', 'src/release/'] as const;

/** What reads and writes files that a person names, and says what the system refused. */
const USER_FILES = ['src/adapters/filesystem/user-files.ts', 'src/adapters/filesystem/event-folder.ts'];

/** Rooms of the checker from the inside to the outside: each may import those before it. */
const CHECKER = [
  ...['src/verify/checked.ts', 'src/verify/read-json.ts', 'src/verify/fault-list.ts'],
  ...['src/verify/dead-rows.ts', 'src/verify/checker-version.ts', 'src/verify/reader.ts'],
  'src/verify/certificate-form.ts',
  'src/verify/parquet/',
  ...['src/verify/events/', 'src/verify/identity/', 'src/verify/world/', 'src/verify/forms/'],
  ...['src/verify/profiles/', 'src/verify/reference/', 'src/verify/tokenizer/', 'src/verify/release/'],
  'src/verify/work/',
];

/**
 * Where a file lives (the longest beginning counts), and what it may import beside its own folder.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'schemas/': [],
  'src/errors.ts': [],
  'src/config.ts': [],
  'src/checked.ts': [],
  'src/content-hash.ts': ['schemas/'],
  'src/generations.ts': [],
  'src/grouped.ts': [],
  'src/harmless-text.ts': [],
  'src/parsed-json.ts': [],
  'src/observations.ts': [],
  'src/effects.ts': ['src/observations.ts'],
  'src/thread-script.ts': [],
  'src/tally.ts': ['schemas/', 'src/checked.ts'],
  'src/asked-thread.ts': ['src/effects.ts', 'src/errors.ts', 'src/observations.ts'],
  'src/timeline/': ['schemas/', 'src/errors.ts', 'src/checked.ts'],
  'src/tokenize/': [
    ...['schemas/', 'src/errors.ts', 'src/checked.ts', 'src/content-hash.ts'],
    // The library is loaded in a thread.
    ...['src/asked-thread.ts', 'src/thread-script.ts', 'src/effects.ts'],
  ],
  'src/strategies/': ['schemas/', 'src/errors.ts', 'src/checked.ts', 'src/timeline/'],
  'src/forms/': ['schemas/', 'src/errors.ts', 'src/checked.ts', 'src/timeline/', 'src/strategies/'],
  // Where the recipe is put together: the names of the profiles are in it.
  'src/forms/recipe.ts': ['schemas/', 'src/checked.ts', 'src/strategies/', 'src/forms/', 'src/profiles/'],
  'src/prompt/': [
    ...['schemas/', 'src/errors.ts', 'src/checked.ts', 'src/generations.ts'],
    ...['src/timeline/', 'src/tokenize/', 'src/strategies/', 'src/forms/'],
  ],
  'src/stream/': ['schemas/', 'src/errors.ts', 'src/checked.ts', 'src/timeline/'],
  // No adapter: what holds the bytes comes to these rooms as a port.
  ...Object.fromEntries(ROOMS.map((room, i) => [room, [...GROUND, ...PURE, ...ROOMS.slice(0, i)]])),
  'src/shard/': GROUND,
  'src/profiles/': [...GROUND, 'src/shard/'],
  'src/sort/': GROUND,
  'src/simulate/': [...GROUND, 'src/timeline/', 'src/sources/', ...USER_FILES],
  'src/sources/': [...GROUND, 'src/timeline/', 'src/lake/', ...USER_FILES],
  'src/tables/': [...GROUND, 'src/timeline/', 'src/sources/', ...USER_FILES],
  // Of the sources and the checker their ports alone. A state of a stream keeps events in their
  // order, which is decided in one place.
  'src/adapters/': [
    ...[...GROUND, ...ROOMS, 'src/sources/event-source.ts', 'src/verify/reader.ts'],
    ...['src/stream/', 'src/timeline/order.ts'],
  ],
  // The checker shares no code with the builder: types of schemas, and the errors that every
  // command ends with.
  'src/verify/': ['schemas/', 'src/errors.ts'],
  ...Object.fromEntries(CHECKER.map((room, i) => [room, ['schemas/', 'src/errors.ts', ...CHECKER.slice(0, i)]])),
  'pipelines/': [
    ...GROUND,
    ...PURE,
    ...ROOMS,
    'src/sources/',
    'src/tables/',
    'src/adapters/',
    'src/simulate/',
    'src/verify/',
  ],
  'src/cli/': ['schemas/', 'src/', 'pipelines/'],
  // What the package exports.
  'src/index.ts': ['schemas/', 'src/', 'pipelines/'],
};

/** Packages by the only places that may import them. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  // The checker reads JSON by schemas that it writes itself: what it shares is the library alone.
  zod: [
    'schemas/',
    'src/sources/',
    'src/tables/',
    'src/forms/',
    'src/release/list-releases.ts',
    'src/cli/demo-finished.ts',
    'src/verify/',
    'test/',
  ],
  'parquetjs-lite': ['src/adapters/parquet/'],
  '@aws-sdk/client-s3': ['src/adapters/s3/'],
  kafkajs: ['src/adapters/kafka/', 'test/kafka/'],
  hyparquet: ['src/verify/', 'test/'],
  tokenizers: ['src/tokenize/', 'src/verify/', 'test/tokenize/byte-level/', 'test/verify/tokenizer.test.ts'],
  '@huggingface/jinja': ['src/tokenize/', 'src/verify/'],
  'csv-parse': ['src/tables/'],
  yaml: ['src/sources/yaml-file.ts', 'src/verify/release/event-side.ts', 'test/'],
  vitest: ['test/', 'vitest.config.ts'],
  'fast-check': ['test/'],
};

const layerOf = (path: string): string | undefined =>
  Object.keys(LAYERS)
    .filter((layer) => path.startsWith(layer))
    .sort((a, b) => b.length - a.length)[0];
const isIn = (path: string, places: readonly string[]) => places.some((place) => path.startsWith(place));
/** Every import of ours as `from -> to`, kept where the check says so. */
const arrows = (of: readonly SourceFile[], check: (path: string, each: SourceFile['imports'][number]) => boolean) =>
  of.flatMap(({ path, imports }) =>
    imports.filter((each) => check(path, each)).map((each) => `${path} -> ${each.target}`),
  );

describe('imports', () => {
  it('are found: every file but a few imports something, and every file of ours that is imported is there', () => {
    const paths = new Set(files.map(({ path }) => path));
    expect(files.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(files.length * 0.8);
    // Built files are imported by the command's first line alone, where they are there.
    const missing = arrows(files, (_, each) => each.isFile && !paths.has(each.target));
    expect(missing.filter((arrow) => !/-> dist\/|\.json$/.test(arrow))).toEqual([]);
  });

  it('go one way', () => {
    expect(files.filter(({ path }) => layerOf(path) === undefined).map(({ path }) => path)).toEqual([]);
    const back = arrows(files, (path, { target, isFile }) => {
      const layer = layerOf(path)!;
      return isFile && !isIn(target, [layer, ...LAYERS[layer]!]);
    });
    expect(back).toEqual([]);
  });

  it('make no circle', () => {
    // Of types neither: of two files in a circle none can be read without the other.
    expect(circlesIn(files)).toEqual([]);
    const [first, second] = files.map((file) => ({ ...file, imports: [] }));
    const toSecond = { target: second!.path, isFile: true, isType: true };
    const planted = [
      { ...first!, imports: [toSecond] },
      { ...second!, imports: [{ ...toSecond, target: first!.path }] },
    ];
    expect(circlesIn(planted)).toHaveLength(1);
  });

  it('of a package are in its adapter alone', () => {
    const strays = arrows(
      [...files, ...tests],
      (path, { target, isFile }) =>
        !isFile && !target.startsWith('node:') && !isIn(path, VENDORS[packageOf(target)] ?? []),
    );
    expect(strays).toEqual([]);
  });

  it('of the pure domain reach no file, clock, network or process', () => {
    const pure = files.filter(({ path }) =>
      isIn(path, ['schemas/', 'src/timeline/', 'src/strategies/', 'src/forms/', 'src/prompt/', 'src/stream/']),
    );
    expect(pure.length).toBeGreaterThan(20);
    expect(arrows(pure, (_, { target }) => target.startsWith('node:') && target !== 'node:crypto')).toEqual([]);
    expect(arrows(pure, (path, { target }) => path.startsWith('schemas/') && target.startsWith('node:'))).toEqual([]);
  });

  it('of the rooms of a lake reach no disk but through a port', () => {
    const disk = /^node:(fs|fs\/promises|child_process|os)$/;
    expect(arrows(files, (path, { target }) => isIn(path, ROOMS) && disk.test(target))).toEqual([]);
  });

  it('of a database are in its adapter alone', () => {
    const of = arrows([...files, ...tests], (_, { target }) => target === 'node:sqlite');
    expect(of.length).toBeGreaterThan(0);
    expect(of.filter((arrow) => !arrow.startsWith('src/adapters/sqlite/'))).toEqual([]);
  });

  it('of the checker take types alone from the schemas', () => {
    const checker = files.filter(({ path }) => path.startsWith('src/verify/'));
    expect(checker.length).toBeGreaterThan(10);
    expect(arrows(checker, (_, { target, isType }) => target.startsWith('schemas/') && !isType)).toEqual([]);
  });
});

describe('names', () => {
  it('say what a file is about', () => {
    const vague = /(^|[-.])(utils?|helpers?|misc|common|manager)([-.]|$)/;
    const names = [...files, ...tests].map(({ path }) => path);
    expect(names.filter((path) => path.split('/').some((part) => vague.test(part)))).toEqual([]);
    expect(
      names.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?\.(ts|js)$/.test(path.split('/').at(-1)!)),
    ).toEqual([]);
  });
});

describe('a variation point', () => {
  /** Names are what a recipe writes; the rooms are the only places that may. */
  const POINTS = [
    { of: 'form', names: FORM_NAMES, rooms: ['src/forms/', 'src/verify/forms/'] },
    {
      ...{ of: 'strategy', names: STRATEGY_NAMES },
      rooms: ['src/strategies/', 'src/verify/reference/strategies.ts', 'src/verify/forms/form.ts'],
    },
    { of: 'profile', names: PROFILE_NAMES, rooms: ['src/profiles/', 'src/verify/profiles/'] },
  ];

  it.each(POINTS)('is one file: no other file of ours names a $of', ({ names, rooms }) => {
    expect(names.length).toBeGreaterThan(0);
    const named = files
      .filter(({ path }) => !isIn(path, rooms))
      .flatMap(({ path, code }) =>
        names.filter((name) => code.includes(`'${name}'`)).map((name) => `${path}: ${name}`),
      );
    // An order of history is called as a strategy is, and the default strategy is a part of the
    // recipe's schema.
    expect(named.filter((place) => place !== 'schemas/recipe.ts: chronological')).toEqual([]);
  });
});

describe('answers of the file system', () => {
  it('are read in adapters alone', () => {
    const codes = /\b(ErrnoException|errno|E(NOENT|ACCES|PERM|EXIST|NOSPC|DQUOT|ISDIR|NOTDIR|MFILE|ROFS))\b/g;
    const found = files.flatMap(({ path, code }) => [...code.matchAll(codes)].map(([word]) => `${path}: ${word}`));
    expect(found.length).toBeGreaterThan(10);
    // The launcher begins where nothing of ours can be loaded yet.
    const isElsewhere = (each: string) =>
      !each.startsWith('src/adapters/') && !each.startsWith('src/cli/brewhouse.js:');
    expect(found.filter(isElsewhere)).toEqual([]);
  });
});

describe('what makes prompts', () => {
  it('waits for nobody: it says what it wants encoded, and whoever drives it waits', () => {
    const rooms = files.filter(({ path }) => path.startsWith('src/prompt/'));
    expect(rooms.length).toBeGreaterThan(10);
    const waiting = /\b(await|async|Promise)\b/g;
    const found = rooms.flatMap(({ path, code }) => [...code.matchAll(waiting)].map(([word]) => `${path}: ${word}`));
    expect(found).toEqual([]);
  });
});

describe('what chooses, sorts or renders', () => {
  it('knows no clock, chance, locale or logarithm (DRAW-3)', () => {
    const places = [...PURE, ...ROOMS, 'schemas/byte-order.ts', 'schemas/canonical-json.ts'];
    const chance = /Math\.(?:random|log\w*|exp\w*|pow|sin|cos|tan)/;
    const clock = /Date\.now|new Date\(\s*\)|performance\.now|localeCompare|toLocale\w*|Intl\b/;
    const forbidden = new RegExp(`\\b(?:${chance.source}|${clock.source})`, 'g');
    const found = files
      .filter(({ path }) => isIn(path, places))
      .flatMap(({ path, code }) => [...code.matchAll(forbidden)].map(([word]) => `${path}: ${word}`));
    expect(found).toEqual([]);
  });
});

describe('time, new ids and crash points', () => {
  it('come in as effects, and from nowhere else', () => {
    const outside = /\b(Date\.now|performance\.now|randomUUID|BREWHOUSE_CRASH_AT)\b/g;
    // The command line listens to signals and draws its bar by the clock of the process.
    const makers = ['src/effects.ts', 'src/cli/run-command.ts', 'src/cli/run-in-thread.ts'];
    const found = files
      .filter(({ path }) => !makers.includes(path))
      .flatMap(({ path, code }) => [...code.matchAll(outside)].map(([word]) => `${path}: ${word}`));
    expect(found).toEqual([]);
  });
});

/** Each circle of imports once, as the path around it. */
function circlesIn(all: readonly SourceFile[]): string[] {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const circles: string[] = [];
  const visit = (path: string): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    trail.push(path);
    for (const each of byPath.get(path)?.imports ?? []) if (byPath.has(each.target)) visit(each.target);
    trail.pop();
    state.set(path, 'done');
  };
  for (const { path } of all) visit(path);
  return circles;
}
