/** The recipe file: `corpus:` is all that a rendered row depends on, `release:` all that chooses among rendered rows. */
import { z } from 'zod';
import { parseMoment } from './raw-time.ts';

/** Forms that can be rendered now. */
export const FORMS = ['ranking.pointwise', 'ranking.binary', 'retrieval.choose', 'next-action.action'] as const;
export type Form = (typeof FORMS)[number];

export const STRATEGIES = ['chronological', 'balanced'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const ORDERS = ['by_action', 'chronological'] as const;
export type Order = (typeof ORDERS)[number];

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30m`, `7d`, `0`: parsed to milliseconds. */
const Duration = z
  .union([
    z.literal(0),
    z.string().regex(/^(0|\d+(ms|s|m|h|d))$/, 'no duration; write a number with ms, s, m, h or d, as 30m'),
  ])
  .transform((text) => {
    const parts = /^(\d+)(ms|s|m|h|d)?$/.exec(String(text));
    return parts === null ? 0 : Number(parts[1]) * UNIT_MS[(parts[2] ?? 'ms') as keyof typeof UNIT_MS];
  });

/** A moment with its zone, parsed to epoch milliseconds. */
const Moment = z.string().transform((text, context) => {
  const parsed = parseMoment(text);
  if (parsed.ok) return Number(parsed.time);
  context.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

const Share = z.number().min(0).max(1);

export const TokenizerSpec = z.union([
  z.strictObject({ package: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ path: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
]);
export type TokenizerSpec = z.infer<typeof TokenizerSpec>;

export const RecipeTask = z.strictObject({
  form: z.enum(FORMS),
  /** Names the task in rows, weights and draws; default: the form. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9._-]*$/)
    .optional(),
  strategy: z.enum(STRATEGIES).default('chronological'),
  order: z.enum(ORDERS).default('chronological'),
  /** What the instruction asks to weigh. */
  note: z
    .string()
    .regex(/^[^\s/]/, 'begins with neither white space nor /')
    .optional(),
  /** Overrides the corpus's label window. */
  label_window: Duration.optional(),
  /** retrieval.choose: how many candidates, the right one included. */
  candidates: z.number().int().min(2).max(26).default(8),
  /** retrieval.choose: shares of the wrong candidates. */
  shown: Share.optional(),
  random: Share.optional(),
  /** Domains without exposures: the share of questions that ask about a drawn item (binary: 0.5, pointwise: 0). */
  drawn: Share.optional(),
  /** Ids of the templates to use; default: all of the form. */
  templates: z.array(z.string()).min(1).optional(),
});
export type RecipeTask = z.infer<typeof RecipeTask>;

export const CorpusSection = z.strictObject({
  seed: z.number().int().nonnegative(),
  tokenizer: TokenizerSpec,
  /** true, false, or the arguments that the chat template takes. */
  chat_template: z
    .union([z.boolean(), z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]))])
    .default(true),
  context: z.union([z.number().int().min(512).max(131_072), z.array(z.number().int().min(512).max(131_072)).min(1)]),
  known: z.enum(['event_time', 'ingest_time']).default('event_time'),
  label_window: Duration,
  session_gap: Duration.default(1_800_000),
  /** The newest N events seen before T; default: all. */
  max_events: z.number().int().positive().optional(),
  ask: z
    .strictObject({ share: Share.default(1), per_member_day: z.number().int().positive().optional() })
    .default({ share: 1 }),
  /** Most tokens of a text at each level, its line end included. */
  levels: z
    .strictObject({
      full: z.number().int().min(8).default(120),
      short: z.number().int().min(8).default(48),
      title: z.number().int().min(8).default(16),
      question: z.number().int().min(8).default(120),
      profile: z.number().int().min(8).default(160),
      shown: z.number().int().min(8).default(32),
    })
    .default({ full: 120, short: 48, title: 16, question: 120, profile: 160, shown: 32 }),
  /** Percent of the history's room up to which `full`, then `short`, is tried. */
  shares: z
    .strictObject({ full: z.number().int().min(0).max(100), short: z.number().int().min(0).max(100) })
    .default({ full: 40, short: 70 }),
  /** Share of questions also rendered with a held-out template. */
  variants: Share.default(0.1),
  tasks: z.array(RecipeTask).min(1),
  holdout: z
    .strictObject({ members: Share.default(0), surfaces: z.array(z.string()).default([]) })
    .default({ members: 0, surfaces: [] }),
});
export type CorpusSection = z.infer<typeof CorpusSection>;

export const ReleaseSection = z.strictObject({
  until: Moment.optional(),
  splits: z.strictObject({ t1: Moment, t2: Moment, gap: Duration }),
  /** By task name; a task that is not named has 1. */
  weights: z.record(z.string(), z.number().positive()).default({}),
  /** Task name -> label -> most train rows. */
  label_caps: z.record(z.string(), z.record(z.string(), z.number().int().positive())).default({}),
  token_budget: z.union([z.literal('none'), z.number().int().positive()]).default('none'),
  /** Task names kept from training to test on. */
  holdout_tasks: z.array(z.string()).default([]),
  profile: z.enum(['hf']).default('hf'),
});
export type ReleaseSection = z.infer<typeof ReleaseSection>;

export const Recipe = z.strictObject({ corpus: CorpusSection, release: ReleaseSection });
export type Recipe = z.infer<typeof Recipe>;
