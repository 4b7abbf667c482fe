/**
 * Domains as users write them: whatever the schema takes, and most of the time one that a build
 * takes too.
 */
import fc from 'fast-check';
import type { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import { escapeMarkers, startsSafely } from '../../src/tokenize/clean-field.ts';
import { type Bias, inputOf } from './from-zod.ts';
import { ALL_TEXTS, anyName, anyText, OBJECT_NAMES } from './texts.ts';

/** A domain as it is written. */
export type DomainInput = z.input<typeof Domain>;

/** Texts that may be on a line of their own: no build refuses them there. */
const SAFE_TEXTS = ALL_TEXTS.filter(
  (text) =>
    text.length < 60 &&
    text.isWellFormed() &&
    startsSafely(text) &&
    !/[\n\r{}]/.test(text) &&
    escapeMarkers(text).escapes === 0,
);

/** A phrase that is most likely fit for a fixed line. */
export function anyPhrase(...pool: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...pool) },
    { weight: 20, arbitrary: fc.constantFrom(...SAFE_TEXTS) },
    { weight: 1, arbitrary: anyText.filter((text) => text !== '') },
  );
}

const SLOTS = ['title', 'location', 'constructor', '__proto__', 'toString', 'a.b-c', '_1', 'position'] as const;

/** Lines with slots: brackets or none, labels with spaces or none, slots side by side and twice. */
const pattern = fc
  .tuple(
    fc.constantFrom('[', '[', 'Item ', 'x', '['),
    fc.array(
      fc.tuple(
        fc.constantFrom('Title: ', 'Location: ', '', '地点：', 'a', ': ', '$& '),
        fc.constantFrom(...SLOTS, 'title', 'title', 'location'),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom(', ', ', ', ',', '', ' | ', ' '),
    fc.constantFrom(']', ']', '.', '', ' (end)', '…'),
  )
  .map(([open, slots, between, close]) => {
    return `${open}${slots.map(([label, slot]) => `${label}{${slot}}`).join(between)}${close}`;
  });

const ACTIONS = ['applied', 'viewed', 'dismissed', 'voted yea', '投票'] as const;
const WILLS = ['apply', 'view', 'dismiss', 'vote for', '投票', 'buy', 'wish', 'hide', 'open', 'read'] as const;

/** By the key alone: a new option with a name that is known is drawn alike. */
const WORDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  line: pattern,
  title: pattern,
  profile: pattern,
  one: anyPhrase('job', 'roll call', '職位', 'Zu\u0308rich'),
  many: anyPhrase('jobs', 'roll calls', '職位', '{age}s', '{group}'),
  will: anyPhrase(...WILLS),
  past: anyPhrase('applied to', 'viewed', 'constructor of', 'voted yea on'),
  ask: anyPhrase('apply to', 'have a look at', '投票'),
  spoken: anyPhrase('applied', 'yea', 'voted for', '投票', 'constructor'),
};

const LISTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  exposures: anyName('impression', 'shown'),
  ignored: anyName('scrolled'),
  at_exposure: anyName('device', 'page', 'value', 'position', 'surface'),
};

const bias: Bias = ({ path, generic, schema }) => {
  const [key = '', above = ''] = [path.at(-1), path.at(-2)];
  if (key === 'name') return path.length === 1 ? anyName('jobs', 'shop') : anyPhrase(...ACTIONS, ...OBJECT_NAMES);
  if (key === '[]' && Object.hasOwn(LISTS, above)) {
    return fc.oneof({ weight: 6, arbitrary: LISTS[above]! }, { weight: 1, arbitrary: generic() });
  }
  if (key === 'key') return LISTS.at_exposure;
  if (path.length === 1 && key === 'exposures')
    return fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: generic() });
  const isText = (schema as z.core.$ZodTypes)._zod.def.type === 'string';
  return isText && Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
};

/** Any domain; `mended`: but for what a build would refuse of it. */
export function anyDomain(mended: fc.Arbitrary<boolean>): fc.Arbitrary<DomainInput> {
  return fc.tuple(inputOf(Domain, bias), mended, fc.boolean()).map(([domain, isMended, isShown]) => {
    const { exposures, ...given } = domain as DomainInput;
    const names = exposures ?? (isShown ? ['impression'] : undefined);
    const whole = names === undefined ? given : { ...given, exposures: names };
    return isMended ? mend(whole) : whole;
  });
}

/** No name twice, answers that begin differently, one good action. */
function mend(domain: DomainInput): DomainInput {
  const taken = new Set<string>([domain.none.name]);
  const isNew = (name: string) => !taken.has(name) && taken.add(name).has(name);
  const wills = new Set([domain.none.will]);
  const actions = domain.actions
    .filter(({ name }) => isNew(name))
    .map((action) => {
      const begun = (will: string) => [...wills].some((other) => other.slice(0, 2) === will.slice(0, 2));
      const will = begun(action.will) ? (WILLS.find((each) => !begun(each)) ?? action.will) : action.will;
      wills.add(will);
      return { ...action, will };
    });
  const [first = { name: 'applied to', will: 'zoom', past: 'zoomed', positive: true }, ...others] = actions;
  const isGood = actions.some(({ positive }) => positive);
  return {
    ...domain,
    actions: isGood ? actions : [{ ...first, positive: true }, ...others],
    ...(domain.exposures === undefined ? {} : { exposures: domain.exposures.filter(isNew) }),
    ...(domain.ignored === undefined ? {} : { ignored: domain.ignored.filter(isNew) }),
  };
}
