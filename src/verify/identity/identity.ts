/**
 * The identity of a corpus: all that its rows depend on, with the defaults that the stored form
 * leaves out.
 */
import * as is from '../shapes.ts';
import { domainShape, templateShape } from './domain.ts';

const argument: is.Shape<string | boolean | number> = (value, field) =>
  typeof value === 'boolean' || typeof value === 'number' ? value : is.text(value, field);

/** Whether there is a chat template, and the arguments that it takes. */
const chatShape: is.Shape<{ readonly isUsed: boolean; readonly args: ReadonlyMap<string, unknown> }> = (
  value,
  field,
) => {
  const isArguments = value !== undefined && typeof value !== 'boolean';
  return { isUsed: value !== false, args: isArguments ? is.mapOf(argument)(value, field) : new Map() };
};

const atMost = (tokens: number) => is.orElse(is.whole(8), tokens);
const percent = (usual: number) => is.orElse(is.whole(0, 100), usual);
const levelsShape = is.closed({
  ...{ full: atMost(120), short: atMost(48), title: atMost(16) },
  ...{ question: atMost(120), profile: atMost(160), shown: atMost(32) },
});

/**
 * The corpus section; durations in milliseconds. Tasks are read by their forms, and each has its
 * own label window.
 */
const sectionShape = is.closed({
  seed: is.whole(0),
  tokenizer: is.closed({ package: is.optional(is.text), path: is.optional(is.text), sha256: is.text }),
  chat_template: chatShape,
  known: is.orElse(is.oneOf('event_time', 'ingest_time'), 'event_time'),
  session_gap: is.orElse(is.whole(0), 1_800_000),
  max_events: is.optional(is.whole(1)),
  ask: is.orEmpty(is.closed({ share: is.orElse(is.share, 1), per_member_day: is.optional(is.whole(1)) })),
  levels: is.orEmpty(levelsShape),
  shares: is.orEmpty(is.closed({ full: percent(40), short: percent(70) })),
  variants: is.orElse(is.share, 0.1),
  tasks: is.listOf(is.objectOf),
  holdout: is.orEmpty(is.closed({ members: is.orElse(is.share, 0), surfaces: is.orElse(is.listOf(is.text), []) })),
});

/** The corpus section. */
export type Section = is.Shaped<typeof sectionShape>;

const tokenId = is.orNull(is.whole(0));
const tokenizerShape = is.closed({
  ...{ id: is.text, sha256: is.text, chat_template_sha256: is.orNull(is.text) },
  ...{ bos: tokenId, eos: tokenId, pad: tokenId, end: tokenId, add_bos: is.flag },
});

/** Reads an identity with its defaults written out (NAME-2, NAME-3). Throws `release_broken`. */
export const identityShape = is.closed({
  ...{ format: is.whole(2, 2), section: sectionShape, context: is.whole(1), context_min: is.whole(1) },
  ...{ domain: domainShape, templates: is.listOf(templateShape), tokenizer: tokenizerShape },
  render_version: is.whole(1),
});

/** All that the rows of a corpus depend on. */
export type Identity = is.Shaped<typeof identityShape>;
