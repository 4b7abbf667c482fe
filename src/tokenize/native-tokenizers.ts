/**
 * The library's tokenizers of one file: one for each encoding that differs, loaded when they are
 * asked for.
 */
import { Tokenizer } from 'tokenizers';
import type { AddedTokenEntry } from '../../schemas/tokenizer.ts';
import { BrewhouseError } from '../errors.ts';
import type { EncodeRequest } from './encode-rounds.ts';
import { sourceName, type TokenizerSource } from './tokenizer-files.ts';
import type { TokenizerVariants } from './tokenizer-variants.ts';

type Variant = EncodeRequest['as'];

/** The tokenizer of each encoding. */
export type NativeTokenizers = (as: Variant) => Tokenizer;

/** What tokenizers are loaded from. */
export interface NativeOptions {
  readonly source: TokenizerSource;
  readonly variantOf: TokenizerVariants['variantOf'];
  /** Those that are there already, by variant. */
  readonly loaded: Iterable<readonly [Variant, Tokenizer]>;
  /** The JSON of another one. */
  readonly jsonOf: (variant: Variant) => string;
}

/** Equal variants are loaded once. Throws as `loadNative`. */
export function nativeTokenizers({ source, variantOf, loaded, jsonOf }: NativeOptions): NativeTokenizers {
  const kept = new Map(loaded);
  return (as) => {
    const variant = variantOf[as];
    const tokenizer = kept.get(variant) ?? loadNative(() => Tokenizer.fromString(jsonOf(variant)), source);
    kept.set(variant, tokenizer);
    return tokenizer;
  };
}

/** Throws `tokenizer_refused` where the library does not load it. */
export function loadNative(load: () => Tokenizer, source: TokenizerSource): Tokenizer {
  try {
    return load();
  } catch (cause) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} cannot be loaded`, {
      place: { file: 'tokenizer.json' },
      remedy: `it must be a file that the tokenizers library reads (${String((cause as Error).message)})`,
      cause,
    });
  }
}

/**
 * The library numbers added tokens that the model does not have itself, behind as many as the model
 * has, whatever the file says. Throws `tokenizer_refused` where the two differ.
 */
export function requireOwnIds(trusted: Tokenizer, added: readonly AddedTokenEntry[], source: TokenizerSource): void {
  for (const { id, content } of added) {
    const given = trusted.tokenToId(content);
    if (given === id) continue;
    const told = `numbers the added token ${JSON.stringify(content)} ${id}`;
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} ${told}`, {
      place: { file: 'tokenizer.json', field: 'added_tokens' },
      remedy: `the tokenizers library reads it as ${given}; write the token into the vocabulary of the model, too`,
    });
  }
}
