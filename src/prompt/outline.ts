/** The first step of a row: which template tells the question, and which own texts that takes. */
import type { Question } from '../timeline/questions.ts';
import type { TemplatePlan } from './template-plan.ts';
import type { PromptTexts, WantedText } from './texts.ts';

/** What tells a question. */
export interface RowChoice {
  readonly template: TemplatePlan;
  /** Name of the variant; empty in an ordinary row. */
  readonly variant: string;
}

/** A row told by one template; its items and history the question has. */
export interface RowOutline extends RowChoice {
  readonly question: Question;
  /** Undefined where no profile was seen, or it has no field (TEMPLATE-4). */
  readonly profile: WantedText | undefined;
  /** Undefined where the template has no such line, or nothing is to be said (TEXT-6). */
  readonly exposure: WantedText | undefined;
}

/** No label comes near it. */
export function outlineRow(texts: PromptTexts, question: Question, { template, variant }: RowChoice): RowOutline {
  const { exposure, profile } = question;
  const exposureBlock = template.blocks.find((block) => block.kind === 'shown');
  return {
    template,
    variant,
    question,
    profile: profile === undefined ? undefined : texts.profile(profile),
    exposure: exposureBlock === undefined ? undefined : texts.exposure(exposureBlock.label, exposure.pairs),
  };
}
