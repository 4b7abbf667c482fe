/** Names that every object has are keys like all others, wherever one is looked up or written. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { named } from '../../schemas/named.ts';
import { ownValue, setOwn } from '../../schemas/names.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { fillSlots } from '../../src/prompt/phrases.ts';
import { parseYaml } from '../../src/sources/yaml-file.ts';
import { cellReader } from '../../src/tables/cell.ts';
import { readField } from '../../src/tables/field-source.ts';
import { addTo, type Tally } from '../../src/tally.ts';
import { templates } from '../prompt/plans.ts';
import { OBJECT_NAMES } from '../worlds/texts.ts';

const template = templates[0]!;
const yaml = (text: string, schema: z.ZodType) => parseYaml(text, schema, { file: 'x.yaml', code: 'recipe_invalid' });

describe.each(OBJECT_NAMES)('the name %s', (name) => {
  it('is no value of an object that has none of its own', () => {
    expect(ownValue({}, name)).toBeUndefined();
    expect(ownValue(undefined, name)).toBeUndefined();
    expect(ownValue(JSON.parse(`{"${name}":7}`), name)).toBe(7);
  });

  it('is written as an own key, and survives JSON', () => {
    const values: Record<string, number> = {};
    setOwn(values, name, 7);
    expect(Object.entries(values)).toEqual([[name, 7]]);
    expect(JSON.stringify(values)).toBe(`{"${name}":7}`);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  });

  it('is read by a schema of named values, and its value by the schema of values', () => {
    const schema = z.strictObject({ of: named(z.number()) });
    const read = schema.parse(JSON.parse(`{"of":{"a":1,"${name}":7}}`));
    expect(Object.entries(read.of).sort()).toEqual(
      [
        ['a', 1],
        [name, 7],
      ].sort(),
    );
    const { error } = schema.safeParse(JSON.parse(`{"of":{"${name}":"x"}}`));
    expect(error?.issues.map(({ path }) => path)).toEqual([['of', name]]);
  });

  it('is counted on every level of a tally', () => {
    const tally: Tally = {};
    for (let i = 0; i < 2; i++) addTo(tally, [name, 'rendered', name], 3);
    expect(canonicalJson(tally)).toBe(`{"${name}":{"rendered":{"${name}":6}}}`);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('is a key of YAML that is unknown where it is not asked for', () => {
    expect(() => yaml(`${name}: 1\n`, z.strictObject({}))).toThrow(`unknown key "${name}"`);
    expect(yaml(`${name}: 1\n`, named(z.number()))).toEqual(JSON.parse(`{"${name}":1}`));
  });

  it('is a value to rename in a mapping, and stays where the mapping does not list it', () => {
    const source = { column: 'c', spelling: 'separated', separator: ',' } as const;
    const reading = { cell: cellReader([]), type: 'text' } as const;
    expect(readField({ c: name }, { ...source, map: {} }, reading)).toEqual({ ok: true, value: name });
    const map = JSON.parse(`{"${name}":"renamed"}`);
    expect(readField({ c: name }, { ...source, map }, reading)).toEqual({ ok: true, value: 'renamed' });
    expect(readField({}, name, reading)).toEqual({ ok: true, value: undefined });
  });

  it('is an unknown slot of a template where it can be one, and an unknown flag', async () => {
    const slot = name.toLowerCase();
    const fill = () => fillSlots(template, `{${slot}}`, {});
    // Slots of templates are words of small letters: digits in braces are text.
    if (/^\d/.test(slot)) expect(fill()).toBe(`{${slot}}`);
    else expect(fill).toThrow(`uses {${slot}}`);
    await expect(parseArguments('check', COMMANDS.check, [`--${name}`, 'x'])).rejects.toThrow(`has no flag --${name}`);
  });

  it('is a name for an argument of a chat template, for a capped label and for a weighted task', () => {
    const parsed = Recipe.parse({
      corpus: {
        ...{ seed: 1, context: 1024, label_window: 0, tasks: [{ form: 'ranking.pointwise' }] },
        tokenizer: { package: 'p', sha256: '0'.repeat(64) },
        chat_template: JSON.parse(`{"${name}":"x"}`),
      },
      release: {
        splits: { t1: '2026-01-01T00:00Z', t2: '2026-01-02T00:00Z', gap: '1d' },
        weights: JSON.parse(`{"${name}":0.5}`),
        label_caps: JSON.parse(`{"${name}":{"${name}":5}}`),
      },
    });
    const { weights, label_caps } = parsed.release;
    const said = [parsed.corpus.chat_template, weights, label_caps].map((each) => JSON.stringify(each));
    expect(said).toEqual([`{"${name}":"x"}`, `{"${name}":0.5}`, `{"${name}":{"${name}":5}}`]);
  });
});

describe('half of a surrogate pair in YAML', () => {
  it('is refused with its field and line, in a text or a key', () => {
    const of = z.strictObject({ a: z.array(z.strictObject({ b: z.string() })) });
    expect(() => yaml('a:\n  - b: "x\\ud800"\n', of)).toThrowError(
      expect.objectContaining({ place: { file: 'x.yaml', line: 2, field: 'a[0].b' } }),
    );
    expect(() => yaml('"\\udc00": 1\n', named(z.number()))).toThrow('half of a surrogate pair');
    expect(yaml('"\\ud83d\\ude42": 1\n', named(z.number()))).toEqual({ '🙂': 1 });
  });
});
