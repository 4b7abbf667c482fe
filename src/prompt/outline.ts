/** The first step of a row: which texts it wants, before any of them is looked up. */
import { floatAt, intAt } from '../checked.ts';
import type { Question } from '../timeline/questions.ts';
import type { RenderPlan } from './plan.ts';
import type { TemplatePlan } from './template-plan.ts';
import type { PromptTexts, WantedText } from './texts.ts';

/** What tells a question. */
export interface RowChoice {
  readonly template: TemplatePlan;
  /** Name of the variant; empty in an ordinary row. */
  readonly variant: string;
}

/** A row told by one template, and the texts that it wants. */
export interface RowOutline extends RowChoice {
  readonly question: Question;
  /** Of the asked item alone, or of the candidates. */
  readonly items: readonly WantedText[];
  /** Of each history entry that is listed: as many as may fit. */
  readonly history: readonly WantedText[];
  /** Of each history entry, the number of its heading among `headings`. */
  readonly headingOf: Int32Array;
  /** Different texts. */
  readonly headings: readonly WantedText[];
  /** Undefined where no profile was seen, or it has no field (TEMPLATE-4). */
  readonly profile: WantedText | undefined;
  /** Undefined where the template has no such line, or nothing is to be said (TEXT-6). */
  readonly exposure: WantedText | undefined;
}

/** No label comes near it. */
export function outlineRow(
  { texts, context }: Pick<RenderPlan, 'texts' | 'context'>,
  question: Question,
  { template, variant }: RowChoice,
): RowOutline {
  const { exposure, profile, history } = question;
  // Every entry costs a token at least, so filling comes to no later one.
  history.list(context + 1);
  const exposureBlock = template.blocks.find((block) => block.kind === 'shown');
  return {
    template,
    variant,
    question,
    items: question.items.map(texts.item),
    history: Array.from({ length: history.length }, (_, i) => texts.item(history.versionAt(i))),
    ...outlineHeadings(texts, question, template),
    profile: profile === undefined ? undefined : texts.profile(profile),
    exposure: exposureBlock === undefined ? undefined : texts.exposure(exposureBlock.label, exposure.pairs),
  };
}

function outlineHeadings(texts: PromptTexts, { history, t }: Question, { headings: rules }: TemplatePlan) {
  const headings: WantedText[] = [];
  const known = new Map<number, number>();
  const headingOf = new Int32Array(history.length);
  for (let i = 0; i < history.length; i++) {
    const number = rules.numberOf(intAt(history.rank, i), floatAt(history.at, i), t);
    let heading = known.get(number);
    if (heading === undefined) {
      // Different numbers may have one text, which is then one heading.
      const text = texts.fixed(rules.textOf(number));
      heading = headings.includes(text) ? headings.indexOf(text) : headings.push(text) - 1;
      known.set(number, heading);
    }
    headingOf[i] = heading;
  }
  return { headings, headingOf };
}

/** All texts that the row wants. */
export function* textsOf(outline: RowOutline): Generator<WantedText> {
  yield* outline.items;
  yield* outline.history;
  yield* outline.headings;
  if (outline.profile !== undefined) yield outline.profile;
  if (outline.exposure !== undefined) yield outline.exposure;
}
