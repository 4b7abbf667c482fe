/**
 * Names that every object has are names like all others, wherever the checker meets one (EVENT-1).
 */
import { expect, test } from 'vitest';
import { readEvent } from '../../src/verify/events/checked-event.ts';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referenceRow } from '../../src/verify/reference/rows.ts';
import { corpusOf } from '../../src/verify/reference/tasks.ts';
import { act, DAY, item, jobs, NOON, profile, promptText, storedIdentity, wordTokenizer } from './toy-world.ts';
import { buildWorld } from './whole-world.ts';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

/** The world of such names: of items, members' fields, actions, keys at exposure and tasks. */
function named(attributes: string, context: string) {
  const stored = storedIdentity({ section: { tasks: [{ form: 'ranking.pointwise', templates: ['journal'] }] } });
  const actions = NAMES.map((name, n) => ({ name, will: `will ${n}`, past: `did ${n}`, positive: n === 0 }));
  const domain = {
    ...jobs,
    ...{ actions, exposures: ['valueOf'], ignored: ['isPrototypeOf'], at_exposure: NAMES },
    item: { ...jobs.item, line: '[A: {constructor}, B: {__proto__}, C: {title}]' },
    profile: 'P: {toString}, Q: {position}.',
  };
  const tasks = NAMES.map((name) => ({ form: 'ranking.pointwise', name, label_window: DAY, templates: ['journal'] }));
  const identity = readAs(identitySchema, { ...stored, domain, section: { ...stored.section, tasks } }, 'identity');
  const parsed = (text: string) => JSON.parse(text) as object;
  const records = [
    ...['constructor', '__proto__'].map((id) => item(id, parsed(attributes))),
    profile(parsed(attributes)),
    act('__proto__', 'toString', NOON - DAY),
    act('constructor', 'isPrototypeOf', NOON - 1),
    act('constructor', 'valueOf', NOON, { context: parsed(context), surface: '__proto__' }),
    act('constructor', '__proto__', NOON + 1),
  ];
  const events = records.map((record) => readEvent(record)!);
  return corpusOf(buildWorld(events, identity, wordTokenizer()));
}

const lastOf = (attributes: string, context: string) =>
  referenceQuestions(named(attributes, context), 'm').filter(({ askedAt }) => askedAt === NOON);

test('a field, key or action that is there is said, and one that is not is no function', () => {
  const full = lastOf('{"constructor": "one", "__proto__": "two", "toString": "three"}', '{"__proto__": "here"}');
  expect(full.map(({ task, label }) => [task.name, label])).toEqual(NAMES.map((name) => [name, '__proto__']));
  for (const question of full) {
    const { pieces, answer } = referenceRow(question, question.task.templates[0]!);
    const text = promptText(pieces);
    expect(text).toContain('[A: one, B: two]');
    expect(text).toContain('P: three.');
    expect(text).toContain('surface: __proto__, __proto__: here.');
    expect(text).toContain('toString:');
    expect(answer).toContain('will 1');
  }
  for (const question of lastOf('{"title": "plain", "position": "cook"}', '{}')) {
    const text = promptText(referenceRow(question, question.task.templates[0]!).pieces);
    expect(text).toContain('[C: plain]');
    expect(text).toContain('Q: cook.');
    expect(text).not.toMatch(/native code|object Object/);
  }
});
