/** A command as data: its name, options and the module that is loaded only when it runs. */
import { WORKERS_MAX } from '../../pipelines/render/pool.ts';
import { PROFILE_NAMES } from '../profiles/profiles.ts';
import type { Output } from './output.ts';

/** One flag; `value` names its argument, none: a switch. */
export interface CommandOption {
  readonly flag: string;
  readonly value?: string;
  readonly about: string;
  readonly required?: boolean;
  /** The value is a path that must be there. */
  readonly reads?: boolean;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command's module exports. */
export interface CommandModule {
  /** Returns the exit code. Throws BrewhouseError for what a person can mend. */
  run(options: OptionValues, args: readonly string[], output: Output): Promise<number>;
}

export interface Command {
  readonly name: string;
  readonly about: string;
  /** Positional arguments, as shown in help: `RELEASE`, `check PATH`; the last one is a path that is read. */
  readonly args?: string;
  readonly options: readonly CommandOption[];
  readonly load: () => Promise<CommandModule>;
}

const JSON_OPTION: CommandOption = { flag: 'json', about: 'print exactly one JSON object on stdout' };
const EVENTS: CommandOption = {
  flag: 'events',
  value: 'DIR',
  about: 'folder of event files (.ndjson, .ndjson.gz, .ndjson.zst)',
  required: true,
  reads: true,
};
const LAKE: CommandOption = { flag: 'lake', value: 'LAKE', about: 'folder of the lake', required: true };
const RECIPE: CommandOption = { flag: 'recipe', value: 'FILE', about: 'recipe.yaml', required: true, reads: true };

const TOKENIZER: CommandOption = {
  flag: 'tokenizer',
  value: 'DIR',
  about: 'where the tokenizer lies, when not where the recipe says',
  reads: true,
};

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'simulate',
    about: 'write a seeded jobs marketplace as event files',
    options: [
      { flag: 'members', value: 'N', about: 'how many members', required: true },
      { flag: 'seed', value: 'S', about: 'same seed, same bytes', required: true },
      { flag: 'out', value: 'DIR', about: 'where to write', required: true },
      { flag: 'days', value: 'D', about: 'length of the period (default 90)' },
      { flag: 'duplicates', value: 'R', about: 'share of lines written again' },
      { flag: 'shuffle', about: 'lines in random order' },
      { flag: 'late', value: 'R', about: 'write ingest_time, for this share much later' },
      { flag: 'no-memory', about: 'the control world: history tells nothing' },
      JSON_OPTION,
    ],
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'import',
    about: 'turn tables into event files by a mapping',
    options: [
      { flag: 'mapping', value: 'FILE', about: 'mapping.yaml', required: true, reads: true },
      { flag: 'from', value: 'DIR', about: 'folder of the tables', required: true, reads: true },
      { flag: 'out', value: 'DIR', about: 'where to write', required: true },
      JSON_OPTION,
    ],
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'check',
    about: 'validate event files',
    options: [
      EVENTS,
      { flag: 'domain', value: 'FILE', about: 'also check actions against this domain.yaml', reads: true },
      JSON_OPTION,
    ],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'build',
    about: 'event files to timelines and rendered parts in a lake',
    options: [
      EVENTS,
      { flag: 'domain', value: 'FILE', about: 'domain.yaml', required: true, reads: true },
      RECIPE,
      LAKE,
      { flag: 'until', value: 'TIME', about: 'render questions mature by then (default: all)' },
      { flag: 'workers', value: 'N', about: `worker threads, at most ${WORKERS_MAX} (default: cores)` },
      { flag: 'partitions', value: 'N', about: 'partitions of a lake that is made now (default 16)' },
      JSON_OPTION,
    ],
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'release',
    about: 'parts to a finished release',
    options: [
      { ...LAKE, reads: true },
      RECIPE,
      { flag: 'until', value: 'TIME', about: 'questions mature by then (else the recipe says)' },
      { flag: 'profile', value: 'P', about: PROFILE_NAMES.join(', ') },
      { flag: 'token-budget', value: 'N', about: 'most train tokens, or none' },
      { flag: 'context', value: 'N', about: 'a rung of the recipe’s ladder (default: the longest)' },
      { flag: 'corpus', value: 'ID', about: 'the corpus, where the lake holds several of this recipe' },
      { flag: 'id', value: 'ID', about: 'name of the release' },
      JSON_OPTION,
    ],
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'verify',
    about: 'the independent checker: every row against the events',
    args: 'RELEASE',
    options: [
      { flag: 'events', value: 'DIR', about: 'folder of the event files', reads: true },
      { flag: 'lake', value: 'LAKE', about: 'or the lake that holds them', reads: true },
      { flag: 'sample', value: 'N', about: 'check N rows instead of all' },
      TOKENIZER,
      JSON_OPTION,
    ],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'inspect',
    about: 'one row as text, roles and origins coloured',
    args: 'RELEASE',
    options: [
      { flag: 'split', value: 'S', about: 'default: train' },
      { flag: 'row', value: 'N', about: 'row of the split, from 0' },
      { flag: 'example', value: 'ID', about: 'example id' },
      TOKENIZER,
      JSON_OPTION,
    ],
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'tokenizer',
    about: 'check a tokenizer before anybody builds with it',
    args: 'check PATH',
    options: [JSON_OPTION],
    load: () => import('./commands/tokenizer.ts'),
  },
  {
    name: 'demo',
    about: 'simulate, build, release, verify and show a prompt',
    options: [
      { flag: 'out', value: 'DIR', about: 'default: demo' },
      { flag: 'members', value: 'N', about: 'default: 2000' },
    ],
    load: () => import('./commands/demo.ts'),
  },
];
