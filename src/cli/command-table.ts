/**
 * Every command with its flags, in the order of help. The modules that do the work are loaded
 * elsewhere, when one runs.
 */
import { WORKERS_MAX } from '../../pipelines/render/pool.ts';
import { FILLED_SPLITS } from '../../schemas/ledger.ts';
import { PROFILE_NAMES, profileOf } from '../profiles/profiles.ts';
import type { Call, Command } from './command.ts';
import { duration, given, moment, path, range, required, share, some, text, whole, wholeNumber } from './flag-kinds.ts';

const json = given('print exactly one JSON object on stdout');
const events = required(path('DIR', 'folder of event files (.ndjson, .ndjson.gz, .ndjson.zst)'));
const domain = required(path('FILE', 'domain.yaml'));
const recipe = required(path('FILE', 'recipe.yaml'));
const lake = required(text('LAKE', 'folder of the lake, or s3://BUCKET/FOLDER'));
const storeWait = duration('DURATION', 'how long S3 is waited for where it does not answer (default 15m)');
const out = required(text('DIR', 'where to write'));
const tokenizer = path('DIR', 'where the tokenizer lies, when not where the recipe says');

/** One of the profiles there are. */
const profile = {
  value: 'P',
  about: PROFILE_NAMES.join(', '),
  parse: (text: string) => {
    profileOf(text);
    return text;
  },
} as const;

/** The most train tokens of a release. */
const budget = {
  value: 'N',
  about: 'most train tokens, or none',
  parse: (text: string, flag: string) => (text === 'none' ? text : wholeNumber(text, flag, 1)),
} as const;

/** A lake that is there. */
const theLake = required(path('LAKE', lake.about));

/** What renders corpora of a lake again. */
const catchingUp = {
  workers: whole(1, 'N', `worker threads, at most ${WORKERS_MAX} (default: cores)`),
  tokenizer,
  'store-wait': storeWait,
  json,
} as const;

/** The commands by their names. */
export const COMMANDS = {
  simulate: {
    about: 'write a seeded jobs marketplace as event files',
    args: [],
    flags: {
      members: required(whole(1, 'N', 'how many members')),
      seed: required(text('S', 'same seed, same bytes')),
      out,
      days: whole(1, 'D', 'length of the period (default 90)'),
      duplicates: share('R', 'share of lines written again'),
      shuffle: given('lines in random order'),
      late: share('R', 'write ingest_time, for this share much later'),
      'no-memory': given('the control world: history tells nothing'),
      json,
    },
  },
  import: {
    about: 'turn tables into event files by a mapping',
    args: [],
    flags: {
      mapping: required(path('FILE', 'mapping.yaml')),
      from: required(path('DIR', 'folder of the tables')),
      out,
      'first-seen': given('date items that no row dates by the first interaction with each'),
      'max-dead': share('R', 'most of the rows that may become no event (default 0.01); past it exit 1'),
      'allow-empty': text('TABLES', 'tables that may come to no event (with commas); others exit 1'),
      json,
    },
  },
  check: {
    about: 'validate event files',
    args: [],
    flags: {
      events,
      domain: path('FILE', 'also check actions against this domain.yaml'),
      'store-wait': storeWait,
      json,
    },
  },
  preview: {
    about: 'the first rows of a recipe, before anything is built',
    args: [],
    flags: {
      events,
      domain,
      recipe,
      rows: whole(1, 'N', 'rows of each task (default 1)'),
      task: text('T', 'one task alone, by its name'),
      'store-wait': storeWait,
      json,
    },
  },
  build: {
    about: 'event files to timelines and rendered parts in a lake',
    args: [],
    flags: {
      events,
      domain,
      recipe,
      lake,
      until: moment('TIME', 'render questions mature by then (default: all)'),
      workers: whole(1, 'N', `worker threads, at most ${WORKERS_MAX} (default: cores)`),
      partitions: whole(1, 'N', 'partitions of a lake that is made now (default 16)'),
      source: path('FILE', 'what the source says of itself (default: source.yaml beside the events)'),
      append: given('take in event files that are new to the lake, too'),
      without: path('FILE', 'leave out what a late log or dead letters hold: a file, a folder or a lake'),
      'source-changed': given('the source of a lake that is there may say something else than before'),
      'store-wait': storeWait,
      json,
    },
  },
  backfill: {
    about: 'take in what came too late, and render again',
    args: [],
    flags: { lake: theLake, ...catchingUp },
  },
  replay: {
    about: 'take in corrected dead letters, and render again',
    args: [],
    flags: {
      lake: theLake,
      from: required(path('FILE', 'the corrected records, as an event file or a folder of them')),
      ...catchingUp,
    },
  },
  release: {
    about: 'parts to a finished release',
    args: [],
    flags: {
      lake: theLake,
      recipe,
      until: moment('TIME', 'questions mature by then (else the recipe says)'),
      profile,
      'token-budget': budget,
      context: whole(1, 'N', 'a rung of the recipe’s ladder (default: the longest)'),
      corpus: text('ID', 'the corpus, where the lake holds several of this recipe'),
      id: text('ID', 'name of the release'),
      since: text('RELEASE', 'an increment: what has matured or changed since that release of the lake'),
      replay: share('SHARE', 'with --since: also this share of the rows before it, in shards of their own'),
      workers: whole(1, 'N', 'threads, at most (default: cores)'),
      'allow-empty': some(FILLED_SPLITS, 'SPLITS', 'of train, validation, test: may be without a row (with commas)'),
      'store-wait': storeWait,
      json,
    },
  },
  verify: {
    about: 'the independent checker: every row against the events; without RELEASE all of a lake',
    args: ['[RELEASE]'],
    flags: {
      events: path('DIR', 'folder of the event files'),
      lake: path('LAKE', 'or the lake that holds them; alone: the lake, every record and file of it'),
      source: path('FILE', 'what their source says of itself (default: source.yaml beside the events)'),
      recipe: path('FILE', 'the recipe that it should be of'),
      domain: path('FILE', 'the domain that it should be of'),
      // More than the next one is looked for (INCREMENT-7).
      since: path('DIR', 'of an increment: the release that it goes on from (default: beside it)'),
      sample: whole(1, 'N', 'check N rows instead of all'),
      tokenizer,
      'store-wait': storeWait,
      json,
    },
  },
  releases: { about: 'what a lake has published', args: ['LAKE'], flags: { 'store-wait': storeWait, json } },
  inspect: {
    about: 'rows as text, roles and origins coloured',
    args: ['RELEASE'],
    flags: {
      split: text('S', 'default: train'),
      row: whole(0, 'N', 'row of the split, from 0'),
      rows: range('A..B', 'rows of the split, from A to B'),
      example: text('ID', 'example id'),
      dead: given('of a lake in place of RELEASE: its dead letters, one JSON object a line'),
      tokenizer,
      'store-wait': storeWait,
      json,
    },
  },
  tokenizer: {
    about: 'check a tokenizer before anybody builds with it',
    args: ['check', 'PATH'],
    flags: {
      recipe: path('FILE', 'try what this recipe asks, with --domain'),
      domain: path('FILE', 'the words that it asks in'),
      json,
    },
  },
  doctor: {
    about: 'whether this machine and the place of a lake can do what a build needs',
    args: ['[LAKE]'],
    flags: {
      rounds: whole(1, 'N', 'rounds in which 32 writers put one name (default 100)'),
      bytes: whole(1, 'N', 'of each of what they put (default 524288)'),
      'store-wait': duration('DURATION', 'how long S3 is waited for where it does not answer (default 10s)'),
      json,
    },
  },
  demo: {
    about: 'simulate, build, release, verify and show a prompt',
    args: [],
    flags: {
      out: text('DIR', 'default: demo'),
      members: whole(1, 'N', 'default: 2000'),
      details: given('the tables of all steps too'),
    },
  },
} as const satisfies Readonly<Record<string, Command>>;

/** Name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** A call of the command of that name. */
export type CallOf<N extends CommandName> = Call<(typeof COMMANDS)[N]>;

/** The names, in the order of help. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];
