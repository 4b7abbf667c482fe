/**
 * The rows of the bench: what is measured, against what, what it is to reach, and which group of
 * runs has it.
 */
import type { Goal } from './figures.ts';

/** Runs that belong together: a row is measured with all of its group. */
export const GROUPS = [
  'corpus',
  'texts',
  'job',
  'verify',
  'cores',
  'members',
  'append',
  'member',
  'small',
  'events',
  'help',
  'billion',
] as const;
/** One of GROUPS. */
export type GroupName = (typeof GROUPS)[number];

/** A row of the table. */
export interface Row {
  readonly group: GroupName;
  readonly measure: string;
  /** `-` where the bound is a number of its own. */
  readonly against: string;
  readonly goal: Goal;
}

const WARM = 'tokens/s from stored timelines to a release, texts known';
const CAREFUL = 'the careful Python user: gigatoken, pyarrow zstd-3, prompts as text';
const PLAIN = '`datasets.map` with a fast tokenizer in 2 processes, then `to_parquet`';
const LIMIT = 'pyarrow writing the same columns from memory, a thread for each core';
const FIRST = 'the first build';
const TEN = (command: string) => `${command} of 10 times the members`;
const TO_BILLION = (command: string) => `${TEN(command)}, to a billion tokens`;
const THIRTY = 'one build of 30 days';
const ONE_CORE = 'one core (`taskset -c 0`)';

const x = (least: number): Goal => ({ least, unit: 'x' });
const within = (most: number): Goal => ({ most, unit: 'x' });
const megabytes = (most: number): Goal => ({ most, unit: 'MB' });
const seconds = (most: number): Goal => ({ most, unit: 's' });
const share = (most: number): Goal => ({ most, unit: '%' });

/** All rows by name, in the order of the table. */
export const ROWS = {
  'warm-careful': { group: 'corpus', measure: WARM, against: CAREFUL, goal: x(3) },
  'warm-plain': { group: 'corpus', measure: WARM, against: PLAIN, goal: x(25) },
  'warm-limit': {
    group: 'corpus',
    measure: 'the time of the same',
    against: LIMIT,
    goal: { most: 3, unit: 'x', aim: 2 },
  },
  'cold-careful': { group: 'corpus', measure: WARM.replace('known', 'new'), against: CAREFUL, goal: x(1) },
  'texts-encoded': {
    group: 'texts',
    measure: 'text never seen before, MB/s: each encoded once',
    against: 'Hugging Face `encode_batch` in Python',
    goal: { least: 1, unit: 'x', aim: 5 },
  },
  'texts-lines': {
    group: 'texts',
    measure: 'text never seen before, MB/s: item lines at all levels',
    against: 'Hugging Face `encode_batch` in Python, each text once',
    goal: { least: 1, unit: 'x', aim: 5 },
  },
  'data-bytes': {
    group: 'corpus',
    measure: 'bytes of data/',
    against: 'pyarrow zstd-3, one page a row group',
    goal: within(1.05),
  },
  'beside-bytes': { group: 'corpus', measure: 'bytes of origin/, meta/ and index/', against: 'data/', goal: share(25) },
  'origin-bytes': { group: 'corpus', measure: 'bytes of origin/', against: 'data/', goal: share(15) },
  'whole-job': {
    group: 'job',
    measure: 'the whole job: tables to a release (import, build, release)',
    against: 'a pandas and `datasets` script',
    goal: x(5),
  },
  'again-templates': {
    group: 'corpus',
    measure: 'build again with other templates',
    against: FIRST,
    goal: within(0.3),
  },
  'again-context': {
    group: 'corpus',
    measure: 'build again with another context',
    against: FIRST,
    goal: within(0.3),
  },
  'again-strategy': {
    group: 'corpus',
    measure: 'build again with other strategies',
    against: FIRST,
    goal: within(0.3),
  },
  'verify-rate': {
    group: 'verify',
    measure: '`verify` of every row',
    against: '-',
    goal: { least: 3, unit: 'M tokens/s' },
  },
  'verify-memory': { group: 'verify', measure: 'peak memory of `verify`', against: '-', goal: megabytes(1_000) },
  'cores-build': { group: 'cores', measure: 'build on two cores', against: ONE_CORE, goal: x(1.8) },
  'cores-release': { group: 'cores', measure: 'release on two cores', against: ONE_CORE, goal: x(1.8) },
  'cores-verify': { group: 'cores', measure: 'verify on two cores', against: ONE_CORE, goal: x(1.8) },
  'members-build-time': { group: 'members', measure: `time: ${TEN('build')}`, against: '1x', goal: within(10.5) },
  'members-release-time': { group: 'members', measure: `time: ${TEN('release')}`, against: '1x', goal: within(10.5) },
  'members-verify-time': { group: 'members', measure: `time: ${TEN('verify')}`, against: '1x', goal: within(10.5) },
  'members-build-memory': { group: 'members', measure: `memory: ${TEN('build')}`, against: '1x', goal: within(1.1) },
  'members-release-memory': {
    group: 'members',
    measure: `memory: ${TEN('release')}`,
    against: '1x',
    goal: within(1.1),
  },
  'members-verify-memory': { group: 'members', measure: `memory: ${TEN('verify')}`, against: '1x', goal: within(1.1) },
  'append-day': {
    group: 'append',
    measure: 'processor time of `build --append` of the last of 30 days',
    against: THIRTY,
    goal: within(0.1),
  },
  'append-late': {
    group: 'append',
    measure: 'the same where versions of items come two days late, and candidates are drawn',
    against: THIRTY,
    goal: within(0.33),
  },
  'append-tokens': { group: 'append', measure: 'tokens that it renders', against: THIRTY, goal: share(10) },
  'append-sample': {
    group: 'append',
    measure: 'processor time of `build --append` where an eighth of the openings is asked',
    against: THIRTY,
    goal: within(0.1),
  },
  'member-time': {
    group: 'member',
    measure: 'time that a member with 100,000 events adds to a build',
    against: '10 times that of one with 10,000',
    goal: within(1.2),
  },
  'member-time-most': {
    group: 'member',
    measure: 'time that a member with 1,000,000 events adds to a build',
    against: '10 times that of one with 100,000',
    goal: within(1.2),
  },
  'member-memory': {
    group: 'member',
    measure: 'memory that a member with 1,000,000 events adds to a build',
    against: '10 times that of one with 100,000',
    goal: within(1.2),
  },
  'member-others': {
    group: 'member',
    measure: 'time until all other partitions are rendered, with a member of 1,000,000 events',
    against: 'without that member, on one worker',
    goal: within(1.2),
  },
  'billion-build': {
    group: 'billion',
    measure: 'peak memory of build, a billion tokens',
    against: '-',
    goal: megabytes(1_500),
  },
  'billion-release': {
    group: 'billion',
    measure: 'peak memory of release, a billion tokens',
    against: '-',
    goal: megabytes(1_500),
  },
  'billion-verify': {
    group: 'billion',
    measure: 'peak memory of verify, a billion tokens',
    against: '-',
    goal: megabytes(1_000),
  },
  'billion-build-growth': {
    group: 'billion',
    measure: `memory: ${TO_BILLION('build')}`,
    against: '1x',
    goal: within(1.1),
  },
  'billion-release-growth': {
    group: 'billion',
    measure: `memory: ${TO_BILLION('release')}`,
    against: '1x',
    goal: within(1.1),
  },
  'billion-verify-growth': {
    group: 'billion',
    measure: `memory: ${TO_BILLION('verify')}`,
    against: '1x',
    goal: within(1.1),
  },
  'rows-release': {
    group: 'billion',
    measure: 'peak memory of release, 5 million rows',
    against: '-',
    goal: megabytes(1_500),
  },
  'small-memory': { group: 'small', measure: 'peak memory: build of 34 events', against: '-', goal: megabytes(350) },
  'small-first': {
    group: 'small',
    measure: 'time until rows of 34 events are in the lake',
    against: '-',
    goal: seconds(1.5),
  },
  'small-preview': { group: 'small', measure: '`preview` of 34 events', against: '-', goal: seconds(2) },
  'main-preview': { group: 'small', measure: '`preview` of the main set', against: '-', goal: seconds(2) },
  events: {
    group: 'events',
    measure: 'events/s: parse, validate, apply',
    against: '`JSON.parse` alone on the same lines',
    goal: x(0.5),
  },
  'help-clone': { group: 'help', measure: '`brewhouse --help` in a clone', against: '`node -e 0`', goal: within(3) },
  'help-package': {
    group: 'help',
    measure: '`brewhouse --help` of the package',
    against: '`node -e 0`',
    goal: within(3),
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The name of a row, as `npm run bench -- ROW` takes it. */
export type RowName = keyof typeof ROWS;
/** In the order of the table. */
export const ROW_NAMES = Object.keys(ROWS) as RowName[];
