/**
 * What we read of a tokenizer's files (`tokenizer.json`, `tokenizer_config.json`), and what a check
 * says.
 */
import { z } from 'zod';

/** One token that the tokenizer recognises as a whole, special or not. */
export const AddedTokenEntry = z.looseObject({ id: z.number().int().nonnegative(), content: z.string().min(1) });
export type AddedTokenEntry = z.infer<typeof AddedTokenEntry>;

/**
 * One step of a normalizer, pre-tokenizer or decoder; a `Sequence` holds several under a key of its
 * kind.
 */
export const TokenizerStep = z.looseObject({ type: z.string() });
export type TokenizerStep = z.infer<typeof TokenizerStep>;

/**
 * `tokenizer.json` as the `tokenizers` library writes it, without the vocabulary, which the library
 * reads.
 */
export const TokenizerFile = z.looseObject({
  added_tokens: z.array(AddedTokenEntry).default([]),
  normalizer: TokenizerStep.nullish(),
  pre_tokenizer: TokenizerStep.nullish(),
  decoder: TokenizerStep.nullish(),
  model: z.looseObject({ type: z.string().optional(), byte_fallback: z.boolean().nullish() }),
});
export type TokenizerFile = z.infer<typeof TokenizerFile>;

/** A special token by its text; older files wrap it in an object. */
const SpecialToken = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)])
  .nullish();

const ChatTemplates = z.array(z.looseObject({ name: z.string(), template: z.string() }));

/** `tokenizer_config.json` as `transformers` writes it. */
export const TokenizerConfig = z.looseObject({
  bos_token: SpecialToken,
  eos_token: SpecialToken,
  pad_token: SpecialToken,
  unk_token: SpecialToken,
  /** Where false, the model's raw texts begin without the bos token. */
  add_bos_token: z.boolean().nullish(),
  chat_template: z.union([z.string(), ChatTemplates]).nullish(),
});
export type TokenizerConfig = z.infer<typeof TokenizerConfig>;

/** One line of `brewhouse tokenizer check`. */
export const TokenizerCheck = z.strictObject({ check: z.string(), ok: z.boolean(), detail: z.string() });
export type TokenizerCheck = z.infer<typeof TokenizerCheck>;

/**
 * The last name of a folder as a recipe writes it, which is all that a corpus says of where its
 * tokenizer lies (NAME-2): tokenizer.json may lie deeper. That of dots alone is a dot.
 */
export function folderName(path: string): string {
  const names: string[] = [];
  for (const name of path.split(/[\\/]+/)) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.at(-1) ?? '.';
}
