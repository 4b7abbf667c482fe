/**
 * The identity as the checker reads it: defaults left out, wrong types and unknown options refused.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrewhouseError } from '../../src/errors.ts';
import { readEvent } from '../../src/verify/events/checked-event.ts';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { corpusOf } from '../../src/verify/reference/tasks.ts';
import { readManifest } from '../../src/verify/release/manifest.ts';
import { referenceMember } from './reference-member.ts';
import {
  act,
  builtIdentity,
  DAY,
  item,
  jobs,
  NOON,
  profile,
  storedIdentity,
  votes,
  wordTokenizer,
} from './toy-world.ts';
import { buildWorld } from './whole-world.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as { [name: string]: Json };
const EVENTS = [
  ...Array.from({ length: 10 }, (_, n) => item(`i${n}`)),
  ...[profile({ position: 'cook' }), act('i0', 'viewed', NOON - DAY), act('i1', 'applied', NOON)],
].flatMap((record) => readEvent(record) ?? []);

const corpusFrom = (identity: unknown) =>
  corpusOf(buildWorld(EVENTS, readAs(identitySchema, identity, 'identity'), wordTokenizer()));

/** What a task must hold. */
function taskOf(form: string) {
  return { form, name: form, label_window: 604_800_000 };
}

/** All that an identity must hold; everything else has a default. */
const least = {
  section: {
    ...{ seed: 7, tokenizer: { path: 'toy', sha256: '0'.repeat(64) } },
    tasks: [{ ...taskOf('ranking.pointwise'), order: 'by_action', templates: ['seed'] }],
  },
  ...{ format: 2, context: 4096, context_min: 4096, render_version: 2 },
  domain: {
    ...{ name: jobs.name, item: jobs.item, profile: jobs.profile, exposures: jobs.exposures },
    actions: jobs.actions.map(({ positive, ...action }) => (positive ? { ...action, positive } : action)),
    none: jobs.none,
  },
  templates: storedIdentity().templates.map(({ ages: _, held_out, ...template }) => {
    return held_out ? { ...template, held_out } : template;
  }),
  tokenizer: storedIdentity().tokenizer,
};

describe('defaults (NAME-2)', () => {
  test('of section, domain and templates are those of the schemas', () => {
    const [read, whole] = [least, builtIdentity()].map((identity) =>
      readAs(identitySchema, asJson(identity), 'identity'),
    );
    const { tasks: _, ...section } = read!.section;
    expect({ ...read, section }).toEqual({ ...whole, section: { ...section } });
    expect(whole!.section).toMatchObject(section);
  });
  test('of the release section are those of the schemas', () => {
    const splits = { t1: 1, t2: 2, gap: 3 };
    const none = '0'.repeat(64);
    const base = {
      ...{ format: 5, id: 'x', corpus: '0'.repeat(16), identity: asJson(least), until: 9, recipe_sha256: none },
      ...{ domain_sha256: none, templates_sha256: none, profile: 'hf', key_id: '0'.repeat(8), splits: {}, fates: {} },
      ...{ variants: {}, labels: {}, keep_shares: [], label_tables: [], notes: [] },
      source: { assumed: [], dated: [], left_out: [] },
      ...{ items_without_time: 0, train_shards_equal: true, files: [] },
      versions: { brewhouse: '0.1.0', node: '24.1.0', zstd: '1.5.7', tokenizers: '0.13.3' },
    };
    const written = { splits, weights: {}, label_caps: {}, token_budget: 'none', holdout_tasks: [], profile: 'hf' };
    const [read, whole] = [{ splits, profile: 'hf' }, written].map(
      (release) => readManifest({ ...base, release }).manifest.release,
    );
    expect(read).toEqual(whole);
  });
  test.each([
    ['ranking.pointwise', { drawn: 0 }],
    ['ranking.binary', { drawn: 0.5 }],
    ['retrieval.choose', { candidates: 8, shown: 0, random: 0 }],
    ['next-action.action', {}],
  ])('of %s make the same task as when they are written out', (form, options) => {
    const common = { strategy: 'chronological', order: 'chronological' };
    const told = [taskOf(form), { ...taskOf(form), ...common, ...options }].map((task) => {
      const identity = asJson({ ...least, domain: votes, section: { ...least.section, tasks: [task] } });
      const { rules, ...rest } = corpusFrom(identity).tasks[0]!;
      const { labels, answersNone, draws, slots, block } = rules;
      return { ...rest, labels, answersNone, draws, slots, block };
    });
    expect(told[1]).toEqual(told[0]);
  });
});

describe('labels', () => {
  const labelsOf = (task: object, domain: object = jobs) =>
    corpusFrom(asJson({ ...least, domain, section: { ...least.section, tasks: [task] } })).tasks[0]!.rules.labels;
  test("of pointwise end with none's where a question can have no action (POINT-1)", () => {
    expect(labelsOf(taskOf('ranking.pointwise'))).toEqual(['applied', 'viewed', 'dismissed', 'did not interact']);
    expect(labelsOf(taskOf('ranking.pointwise'), votes)).toEqual(['yea', 'nay']);
    expect(labelsOf({ ...taskOf('ranking.pointwise'), drawn: 0.1 }, votes)).toEqual(['yea', 'nay', 'did not vote']);
  });
  test('of binary are yes and no (BINARY-1), of next-action end with nothing more (NEXT-1)', () => {
    expect(labelsOf(taskOf('ranking.binary'))).toEqual(['Yes', 'No']);
    expect(labelsOf(taskOf('next-action.action'))).toEqual(['applied', 'viewed', 'dismissed', 'nothing more']);
  });
});

describe('a release that cannot be read', () => {
  /** The field that a refusal names. */
  const refused = (identity: unknown): string | undefined => {
    try {
      referenceMember(corpusFrom(identity), 'm');
    } catch (error) {
      expect(error).toBeInstanceOf(BrewhouseError);
      expect((error as BrewhouseError).code).toBe('release_broken');
      return (error as BrewhouseError).place.field;
    }
    return undefined;
  };
  const withSection = (more: object) => asJson({ ...least, section: { ...least.section, ...more } });

  test('for an option that nobody knows, or that another form has, is refused by name (NAME-3)', () => {
    expect(refused(withSection({ colour: 'red' }))).toBe('identity.section.colour');
    expect(refused(withSection({ levels: { huge: 9 } }))).toBe('identity.section.levels.huge');
    const task = { ...taskOf('ranking.pointwise'), shown: 0.5 };
    expect(refused(withSection({ tasks: [task] }))).toBe('identity.section.tasks[0].shown');
    expect(refused(withSection({ tasks: [taskOf('ranking.nothing')] }))).toBe('identity.section.tasks[0].form');
    expect(refused(asJson({ ...least, domain: { ...least.domain, toString: 1 } }))).toBe('identity.domain.toString');
  });

  test('for a value of another type says so, wherever it is, and never fails otherwise', () => {
    const places = placesOf(asJson(least));
    const wrong = fc.constantFrom<Json>(null, -1, 0.5, 'x', [], {}, true, { constructor: 1 }, [[null]]);
    let refusals = 0;
    fc.assert(
      fc.property(fc.constantFrom(...places), wrong, (path, value) => {
        if (refused(withValue(asJson(least), path, value)) !== undefined) refusals++;
      }),
      { numRuns: 500 },
    );
    expect(refusals).toBeGreaterThan(200);
  });
});

/** The paths of all values inside a value. */
function placesOf(value: Json, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...path, name]))];
}

function withValue(whole: Json, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  const copy = structuredClone(whole) as { [name: string]: Json };
  copy[name] = withValue(copy[name]!, rest, value);
  return copy;
}
