/** Looks into the steps of a tokenizer.json: normalizers and what splits a text. */
import type { TokenizerStep } from '../../schemas/tokenizer.ts';

/** The steps of a normalizer or pre-tokenizer in order; of one that is missing, none. */
export function stepsOf(step: TokenizerStep | null | undefined): TokenizerStep[] {
  if (step === null || step === undefined) return [];
  if (step.type !== 'Sequence') return [step];
  return [step.normalizers, step.pretokenizers].flatMap((steps) => (steps as TokenizerStep[] | undefined) ?? []);
}

/** The pattern of a step, where it is of this kind. */
export function patternOf(pattern: unknown, kind: 'String' | 'Regex'): unknown {
  const { String: text, Regex: expression } = (pattern ?? {}) as Readonly<Partial<Record<typeof kind, unknown>>>;
  return kind === 'String' ? text : expression;
}

/** An option is set that is a text. */
export function holdsText(text: unknown): boolean {
  return text !== undefined && text !== null && text !== '';
}
