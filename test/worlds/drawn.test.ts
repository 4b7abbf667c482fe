/**
 * The worlds that are drawn are as wide as the schemas: every key of a recipe, a domain, a template
 * and an event has several values in them, is left out where it may be, and every union shows each
 * of its options. What the schemas get later is held to it by itself.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import { EventRecord } from '../../schemas/event.ts';
import { Duration, Moment } from '../../schemas/recipe.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { Template } from '../../src/forms/template.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { isSchema } from './from-zod.ts';
import { anyWorld } from './worlds.ts';

const WORLDS = 200;

/** What was seen at every spot of a schema. */
type Seen = Map<string, Set<unknown>>;

/** A spot that a value has not, since what it is in is not there. */
const NOTHING = Symbol('nothing');

const definition = (schema: z.core.$ZodType) => (schema as z.core.$ZodTypes)._zod.def;
const isTaken = (schema: z.core.$ZodType, value: unknown) =>
  (schema._zod.run({ value, issues: [] }, { async: false }) as z.core.ParsePayload).issues.length === 0;

/** A schema inside of another, what it is called there, and its part of the value. */
type Inside = readonly [schema: z.core.$ZodType, key: string, value: unknown];

/** Enters the spots of the schema, and the value at them where there is one. */
function look(seen: Seen, path: string, [schema, key, value]: Inside): void {
  const spot = path + key;
  const inside = insideOf(schema, value);
  const { type } = definition(schema);
  if (['optional', 'default', 'prefault'].includes(type))
    see(seen, `${spot}?`, value === undefined ? 'left out' : value === NOTHING ? NOTHING : 'there');
  if (type === 'array' || type === 'record')
    see(seen, `${spot}#`, isObject(value) ? Object.keys(value).length : NOTHING);
  // Has one value: seen or not.
  const isConstant = type === 'literal' || type === 'null';
  if (inside === undefined) see(seen, isConstant ? `${spot}=` : spot, value === undefined ? NOTHING : value);
  for (const each of inside ?? []) look(seen, spot, each);
}

/** undefined of a schema that has no parts. */
function insideOf(schema: z.core.$ZodType, value: unknown): Inside[] | undefined {
  const def = definition(schema);
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
      return [[def.innerType, '', value]];
    case 'pipe':
      if (isSchema(schema, Duration) || isSchema(schema, Moment)) return undefined;
      return [[definition(def.in).type === 'transform' ? def.out : def.in, '', value]];
    case 'union':
      return def.options.map((option, i): Inside => {
        const isOption = value !== NOTHING && value !== undefined && isTaken(option, value);
        return [option, `<${optionName(option) ?? i}>`, isOption ? value : NOTHING];
      });
    case 'object':
      return Object.entries(def.shape).map(([key, inner]): Inside => {
        const own = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
        return [inner, `.${key}`, isObject(value) ? own : NOTHING];
      });
    case 'array':
      return partsOf(value).map((element): Inside => [def.element, '[]', element]);
    case 'record':
      return partsOf(value).map((element): Inside => [def.valueType, '{}', element]);
    default:
      return undefined;
  }
}

/** Elements or values; one that is nothing where there are none. */
function partsOf(value: unknown): unknown[] {
  const parts = isObject(value) ? Object.values(value) : [];
  return parts.length === 0 ? [NOTHING] : parts;
}

function see(seen: Seen, path: string, value: unknown): void {
  const values = seen.get(path) ?? new Set();
  seen.set(path, values);
  if (value !== NOTHING) values.add(JSON.stringify(value));
}

function optionName(option: z.core.$ZodType): string | undefined {
  const { form, op, type } = option._zod.propValues ?? {};
  const names = form ?? (type?.size === 1 ? (op?.size === 1 ? op : type) : undefined);
  return names === undefined ? undefined : String([...names][0]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What was too seldom drawn to prove anything. */
function narrow(seen: Seen): string[] {
  return [...seen]
    .filter(([path, values]) => values.size < (path.endsWith('=') ? 1 : 2))
    .map(([path, values]) => `${path} ${[...values].join()}`);
}

it('The drawn worlds show each key with several values, and each option', () => {
  const seen: Seen = new Map();
  let [lines, dead] = [0, 0];
  for (const world of fc.sample(anyWorld, { numRuns: WORLDS, seed: 20261202 })) {
    look(seen, '', [Recipe, 'recipe', world.recipe]);
    look(seen, '', [Domain, 'domain', world.domain]);
    for (const template of world.templates) look(seen, '', [Template, 'template', template]);
    for (const line of world.lines) {
      const parsed = parseEvent(line);
      lines++;
      // What a delete leaves in its attributes is dropped of the event.
      const written = JSON.parse(line) as object;
      if (parsed.ok) look(seen, '', [EventRecord, 'event', { ...written, ...parsed.event }]);
      else dead++;
    }
  }
  expect(narrow(seen)).toEqual([]);
  expect(seen.size).toBeGreaterThan(200);
  // A domain may have an action of a name that no event can have (EVENT-1).
  expect(lines).toBeGreaterThan(5_000);
  expect(dead).toBeLessThan(lines / 100);
});
