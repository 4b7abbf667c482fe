/** What a YAML file may be, and how a wrong one is explained. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import { BrewhouseError, describeError } from '../../src/errors.ts';
import { Recipe, ReleaseSection } from '../../src/forms/recipe.ts';
import { parseYaml, readYaml } from '../../src/sources/yaml-file.ts';
import { tempFolder } from './temp-folder.ts';

const folder = tempFolder();

const Shape = z.strictObject({
  name: z.string(),
  colour: z.enum(['red', 'green']).default('red'),
  parts: z
    .array(z.union([z.strictObject({ wheel: z.number() }), z.strictObject({ door: z.string(), handle: z.string() })]))
    .default([]),
});

function fault(text: string, schema: z.ZodType = Shape): BrewhouseError {
  try {
    parseYaml(text, schema, { file: 'car.yaml', code: 'recipe_invalid' });
  } catch (error) {
    if (error instanceof BrewhouseError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a YAML file', () => {
  test('is read with defaults written out', () => {
    expect(parseYaml('name: no\n', Shape, { file: 'car.yaml', code: 'recipe_invalid' })).toEqual({
      name: 'no',
      colour: 'red',
      parts: [],
    });
  });

  test('that is not there is the error of its kind', async () => {
    await expect(readYaml('none.yaml', Shape, 'domain_invalid')).rejects.toMatchObject({
      code: 'domain_invalid',
      place: { file: 'none.yaml' },
    });
  });

  test('that is not UTF-8 is refused by name', async () => {
    const file = await folder.write('x.yaml', Buffer.from([0x6e, 0xff]));
    await expect(readYaml(file, Shape, 'domain_invalid')).rejects.toThrow('not UTF-8');
  });

  test('with broken syntax is refused with its line', () => {
    const error = fault('name: a\ncolour: [red\n');
    expect(error.message).toContain('not valid YAML');
    expect(error.place).toMatchObject({ file: 'car.yaml' });
    expect(error.place.line).toBeGreaterThanOrEqual(2);
  });

  test('with a key twice is refused', () => {
    expect(fault('name: a\nname: b\n').place.line).toBe(2);
  });

  test('with an unknown key names line and nearest key', () => {
    const error = fault('# head\nname: a\ncolor: red\n');
    expect(describeError(error)).toBe(
      'error: unknown key "color"\n  at car.yaml:3, field color\n  did you mean "colour"?',
    );
  });

  test('with a mistyped required key tells of the typing, not of what is missing', () => {
    expect(fault('nane: a\n')).toMatchObject({
      message: 'unknown key "nane"',
      remedy: 'did you mean "name"?',
    });
  });

  test('with several unknown keys names all of them, each with its nearest', () => {
    expect(describeError(fault('# head\nnane: a\ncolor: red\nparts: [{ weel: 1 }]\n'))).toBe(
      'error: unknown key "weel" (and 2 more)\n  at car.yaml:4, field parts[0].weel\n  did you mean "wheel"?\n' +
        '  line 2: unknown key "nane"; did you mean "name"?\n  line 3: unknown key "color"; did you mean "colour"?',
    );
  });

  test('with mistakes of several kinds names all of them, up to six', () => {
    const written = 'name: 1\ncolour: gren\nparts: [{ weel: 1 }]\n';
    expect(describeError(fault(written))).toBe(
      'error: unknown key "weel" (and 2 more)\n  at car.yaml:3, field parts[0].weel\n  did you mean "wheel"?\n' +
        '  line 1: name is a number, not a text; write a text\n' +
        '  line 2: colour cannot be "gren"; did you mean "green"?',
    );
    const many = Array.from({ length: 9 }, (_, i) => `k${i}: 1\n`).join('');
    const lines = describeError(fault(`name: a\n${many}`)).split('\n');
    expect(lines.filter((line) => line.includes('unknown key'))).toHaveLength(6);
    expect(lines.at(-1)).toBe('  and 3 more');
  });

  test('with keys where a text could be is explained as the keys that were meant', () => {
    const Source = z.strictObject({ from: z.union([z.string(), z.strictObject({ column: z.string() })]) });
    expect(fault('from: { colum: x }\n', Source)).toMatchObject({
      message: 'unknown key "colum"',
      remedy: 'did you mean "column"?',
    });
  });

  test('with a missing key shows how it is written', () => {
    expect(fault('label: x\n', z.looseObject({ window: z.string().meta({ examples: ['7d'] }) }))).toMatchObject({
      message: 'window is missing',
      remedy: 'add it, as window: 7d',
    });
  });

  test('with a missing key says so', () => {
    expect(fault('colour: red\n').message).toBe('name is missing');
  });

  test('with a mistyped word names the nearest', () => {
    expect(fault('name: a\ncolour: gren\n')).toMatchObject({
      remedy: 'did you mean "green"?',
      place: { line: 2, field: 'colour' },
    });
  });

  test('inside a list and a union is faulted where the fault stands', () => {
    const error = fault('name: a\nparts:\n  - wheel: 1\n  - door: left\n    handel: x\n');
    expect(error).toMatchObject({ place: { line: 5, field: 'parts[1].handel' }, remedy: 'did you mean "handle"?' });
  });

  test('that is empty says what is expected', () => {
    expect(fault('').message).toContain('is empty, not keys with their values');
  });

  test.each([
    ['name: 1\n', 'name is a number, not a text', 'write a text'],
    ['colour: red\n', 'name is missing', 'add a text'],
    ['name: a\nparts: x\n', 'parts is a text, not a list', 'write a list'],
    ['name: a\nparts: [3]\n', 'parts[0] cannot be 3', 'write keys with their values'],
  ])('%j says what is accepted, in lower case and without a full stop', (text, message, remedy) => {
    expect(fault(text)).toMatchObject({ message, remedy });
  });

  test.each([
    ['2026-02-30T00:00:00Z', 'names a day or an hour that does not exist'],
    ['2026-02-01', 'is no ISO 8601 date-time'],
    ['2026-02-01T00:00:00', 'has no zone'],
  ])('holding a recipe whose time is %s is refused, never shifted', (time, said) => {
    const error = fault(`t1: ${time}\nt2: 2026-03-01T00:00:00Z\ngap: 7d\n`, ReleaseSection.shape.splits);
    expect(error.place).toMatchObject({ line: 1, field: 't1' });
    expect(error.message).toContain(said);
    expect(error.remedy).toMatch(/^(write it as|add Z or an offset, as) 2026-/);
  });

  test('holding a duration that is none says how one is written', () => {
    const error = fault(
      't1: 2026-02-01T00:00:00Z\nt2: 2026-03-01T00:00:00Z\ngap: 7 days\n',
      ReleaseSection.shape.splits,
    );
    expect(error).toMatchObject({ message: 'gap: no duration', place: { line: 3 } });
    expect(error.remedy).toBe('write a number with ms, s, m, h or d, as 30m');
  });

  test.each(['{title', 'title}', '{}', '{{title}}', '{job title}', '{1st}'])(
    'holding a domain whose line has the stray braces of %s is refused',
    (slot) => {
      const rest = 'actions: [{ name: a, will: b, past: c }]\nnone: { name: n, will: w }\n';
      const item = fault(`name: x\nitem: { one: j, many: j, line: "[${slot}]" }\nprofile: "P: {p}"\n${rest}`, Domain);
      expect(item).toMatchObject({ place: { line: 2, field: 'item.line' } });
      expect(item.remedy).toContain('write slots as {attribute}');
      const profile = fault(`name: x\nitem: { one: j, many: j, line: "[{t}]" }\nprofile: "P ${slot}"\n${rest}`, Domain);
      expect(profile.place.field).toBe('profile');
    },
  );

  test.each([
    ['form: ranking.pointwize', 2, 'form', 'corpus.tasks[0].form cannot be "ranking.pointwize"', 'ranking.pointwise'],
    ['order: by_action', 2, 'form', 'corpus.tasks[0].form is missing', 'add it: one of next-action.action, '],
    ['form: retrieval.choose\n      candidats: 4', 3, 'candidats', 'unknown key "candidats"', 'mean "candidates"?'],
    ['form: ranking.pointwise\n      candidates: 4', 3, 'candidates', 'unknown key "candidates"', 'known here: form, '],
    ['form: next-action.action\n      drawn: 0.5', 3, 'drawn', 'unknown key "drawn"', 'known here: form, '],
    ['form: ranking.binary\n      drawm: 0.5', 3, 'drawm', 'unknown key "drawm"', 'did you mean "drawn"?'],
  ])('holding a recipe whose task is %j is refused by what its form knows', (task, line, field, message, remedy) => {
    const error = fault(`tasks:\n    - ${task}\n`, z.object({ tasks: Recipe.shape.corpus.shape.tasks }));
    expect(error.place).toMatchObject({ line, field: `tasks[0].${field}` });
    expect(error.message).toBe(message.replace('corpus.', ''));
    expect(error.remedy).toContain(remedy);
  });

  test('holding a recipe or a domain with a typo suggests the key', () => {
    const recipe = fault('corpus:\n  seed: 1\n  tokeniser: { package: x, sha256: y }\nrelease: {}\n', Recipe);
    expect(recipe).toMatchObject({
      remedy:
        'did you mean "tokenizer"?\n' +
        '  line 4: release.splits is missing; add it, as splits: { t1: ..., t2: ..., gap: ... }',
      place: { line: 3 },
    });
    const domain = fault('name: x\nactions:\n  - { name: a, wil: b, past: c }\n', Domain);
    expect(domain).toMatchObject({ remedy: expect.stringMatching(/^did you mean "will"\?\n/), place: { line: 3 } });
  });
});
