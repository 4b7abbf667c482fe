/**
 * The identity of a corpus: all that its rows depend on, with the defaults that the stored form
 * leaves out.
 */
import {
  closed,
  flag,
  listOf,
  mapOf,
  number,
  objectOf,
  oneOf,
  optional,
  orElse,
  orEmpty,
  orNull,
  type Shape,
  type Shaped,
  share,
  text,
  whole,
} from '../shapes.ts';
import { domainShape, templateShape } from './domain.ts';

const argument: Shape<string | boolean | number> = (value, field) => {
  if (typeof value === 'boolean') return flag(value, field);
  return typeof value === 'number' ? number()(value, field) : text(value, field);
};
/** Whether there is a chat template, and the arguments that it takes. */
const chatShape: Shape<{ readonly isUsed: boolean; readonly args: ReadonlyMap<string, unknown> }> = (value, field) =>
  typeof value === 'boolean'
    ? { isUsed: value, args: new Map() }
    : { isUsed: true, args: mapOf(argument)(value === undefined ? {} : value, field) };

const tokens = (most: number) => orElse(whole(8), most);

/**
 * The corpus section; durations in milliseconds. Tasks are read by their forms, and each has its
 * own label window.
 */
const sectionShape = closed({
  seed: whole(0),
  tokenizer: closed({ package: optional(text), path: optional(text), sha256: text }),
  chat_template: chatShape,
  known: orElse(oneOf('event_time', 'ingest_time'), 'event_time'),
  session_gap: orElse(whole(0), 1_800_000),
  max_events: optional(whole(1)),
  ask: orEmpty(closed({ share: orElse(share, 1), per_member_day: optional(whole(1)) })),
  levels: orEmpty(
    closed({
      full: tokens(120),
      short: tokens(48),
      title: tokens(16),
      question: tokens(120),
      profile: tokens(160),
      shown: tokens(32),
    }),
  ),
  shares: orEmpty(closed({ full: orElse(whole(0, 100), 40), short: orElse(whole(0, 100), 70) })),
  variants: orElse(share, 0.1),
  tasks: listOf(objectOf),
  holdout: orEmpty(closed({ members: orElse(share, 0), surfaces: orElse(listOf(text), []) })),
});

/** The corpus section. */
export type Section = Shaped<typeof sectionShape>;

/** Reads an identity with its defaults written out (NAME-2, NAME-3). Throws `release_broken`. */
export const identityShape = closed({
  format: whole(2, 2),
  section: sectionShape,
  context: whole(1),
  context_min: whole(1),
  domain: domainShape,
  templates: listOf(templateShape),
  tokenizer: closed({
    ...{ id: text, sha256: text, chat_template_sha256: orNull(text) },
    ...{ bos: orNull(whole(0)), eos: orNull(whole(0)), pad: orNull(whole(0)), end: orNull(whole(0)), add_bos: flag },
  }),
  render_version: whole(1),
});

/** All that the rows of a corpus depend on. */
export type Identity = Shaped<typeof identityShape>;
