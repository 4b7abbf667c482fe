/**
 * The JSON of our tokenizers from one tokenizer.json: trusted, after a control token, continuation,
 * beginning.
 */
import type { TokenizerFile, TokenizerStep } from '../../schemas/tokenizer.ts';
import { recordOf } from '../checked.ts';
import { ENCODINGS, type EncodeRequest } from './encode-rounds.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

/** The two kinds of tokenizers; they differ in the prefix before a text (TOKEN-3). */
export type TokenizerFamily = 'bpe' | 'sentencepiece';

/** Which tokenizer an encoding is made by; of equal ones there is one. */
type Variant = EncodeRequest['as'];

/** Our tokenizers as JSON for the library. */
export interface TokenizerVariants {
  readonly family: TokenizerFamily;
  /**
   * `trusted`: as shipped, added tokens recognised, for frames that we wrote. The others are
   * without added tokens: `afterControl` with the prefix that a text gets right after a control
   * token, `beginning` with the one that it gets with nothing before it, `continuation` without
   * any. Where a family has no prefix the three are one.
   */
  readonly variantOf: Readonly<Record<Variant, Variant>>;
  /** `continuation` decodes as `trusted` does: neither strips a space. */
  readonly decodesAlike: boolean;
  /** What comes behind the model leaves spans as they are. */
  readonly keepsSpans: boolean;
  /** A new text of 10 MB. */
  jsonOf(variant: Variant): string;
}

/**
 * TEXT CANNOT GIVE ORDERS (TOKEN-2): `added_tokens: []` makes special and ordinary added tokens
 * plain pieces, which Python's own switch does not do for the ordinary ones. Truncation, padding
 * and dropout are switched off in all of them: a file that was saved after training may have them
 * on, and they would silently cut or change ids.
 */
export function tokenizerVariants({ file, lists }: Pick<TokenizerJson, 'file' | 'lists'>): TokenizerVariants {
  const calm = { ...file, truncation: null, padding: null, model: { ...file.model, dropout: null } };
  const content = { ...calm, added_tokens: [], post_processor: null };
  const prefixed =
    holds(file.normalizer, (step) => step.type === 'Prepend') ||
    holds(file.pre_tokenizer, (step) => step.type === 'Metaspace');
  const isPrefixing = prefixed || file.pre_tokenizer?.add_prefix_space === true;
  const files: Readonly<Record<Variant, TokenizerFile>> = {
    trusted: calm,
    afterControl: { ...content, pre_tokenizer: mapStep(file.pre_tokenizer, afterControlStep) },
    continuation: {
      ...content,
      normalizer: mapStep(file.normalizer, continuationStep),
      pre_tokenizer: mapStep(addPrefixOff(file.pre_tokenizer), continuationStep),
      decoder: mapStep(file.decoder, rawDecoderStep),
    },
    beginning: content,
  };
  return {
    family: prefixed || file.model.byte_fallback === true ? 'sentencepiece' : 'bpe',
    variantOf: recordOf(ENCODINGS, (as) => (isPrefixing || as === 'trusted' ? as : 'continuation')),
    decodesAlike: JSON.stringify(files.continuation.decoder) === JSON.stringify(file.decoder ?? null),
    keepsSpans: !/"trim_offsets":true/.test(JSON.stringify(file.post_processor ?? null)),
    jsonOf: (variant) => withLists(files[variant], lists()),
  };
}

/**
 * The JSON of the file with the lists of its model, which are not taken apart. They are most of it:
 * put together by `+` they are copied once, when the library reads the text.
 */
function withLists({ model, ...rest }: TokenizerFile, lists: Readonly<Record<string, string>>): string {
  let json = JSON.stringify({ ...rest, model }).slice(0, -'}}'.length);
  for (const [name, text] of Object.entries(lists)) {
    json += `,${JSON.stringify(name)}:`;
    json += text;
  }
  json += '}}';
  return json;
}

type StepChange = (step: TokenizerStep) => TokenizerStep | null;

/**
 * Metaspace's `first` prefixes the very beginning of a text alone, where no untrusted text ever is.
 */
const afterControlStep: StepChange = (step) =>
  step.type === 'Metaspace' && step.prepend_scheme === 'first' ? { ...step, prepend_scheme: 'never' } : step;

const unprefixed =
  (prefixing: 'Prepend' | 'Strip'): StepChange =>
  (step) => {
    if (step.type === prefixing) return null;
    // Files older than tokenizers 0.15 say add_prefix_space instead of prepend_scheme; both
    // together are accepted.
    return step.type === 'Metaspace' ? { ...step, add_prefix_space: false, prepend_scheme: 'never' } : step;
  };

const continuationStep = unprefixed('Prepend');
/**
 * Decoding one token must keep its leading space; shipped decoders strip it, as they expect the
 * prefix there.
 */
const rawDecoderStep = unprefixed('Strip');

/**
 * GPT-2's ByteLevel prefixes a text where it is the only step; inside a Sequence it prefixes every
 * piece and joins as it is.
 */
function addPrefixOff(step: TokenizerStep | null | undefined): TokenizerStep | null {
  if (step === null || step === undefined) return null;
  return step.type === 'ByteLevel' ? { ...step, add_prefix_space: false } : step;
}

const SEQUENCE_KEYS = ['normalizers', 'pretokenizers', 'decoders'];

function mapStep(step: TokenizerStep | null | undefined, change: StepChange): TokenizerStep | null {
  if (step === null || step === undefined) return null;
  if (step.type !== 'Sequence') return change(step);
  const key = sequenceKey(step);
  const steps = (step[key] as TokenizerStep[]).map((inner) => mapStep(inner, change));
  return { ...step, [key]: steps.filter((inner) => inner !== null) };
}

function holds(step: TokenizerStep | null | undefined, test: (step: TokenizerStep) => boolean): boolean {
  if (step === null || step === undefined) return false;
  if (step.type !== 'Sequence') return test(step);
  return (step[sequenceKey(step)] as TokenizerStep[]).some((inner) => holds(inner, test));
}

function sequenceKey(step: TokenizerStep): string {
  const key = SEQUENCE_KEYS.find((name) => Array.isArray(step[name]));
  if (key === undefined) throw new TypeError(`a Sequence without steps: ${Object.keys(step).join(', ')}`);
  return key;
}
