/**
 * Lines of any texts as builder and checker fill, encode and cut them, on tokenizers of every kind
 * of steps: the same line, the same ids at each level, the same runs of fields (TEXT-1 to TEXT-5,
 * CUT-1, CUT-2, TOKEN-2, ORIGIN-3).
 */
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { fieldText } from '../../src/prompt/field-text.ts';
import { cutToLevels } from '../../src/prompt/levels.ts';
import { fillPattern, parseLinePattern } from '../../src/prompt/line-pattern.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { cutLine } from '../../src/verify/reference/cutting.ts';
import { fillSlots, lineOf, patternOf } from '../../src/verify/reference/lines.ts';
import { collect } from '../../src/verify/reference/searches.ts';
import { loadReferenceTokenizer } from '../../src/verify/tokenizer/load-tokenizer.ts';
import { ADDED_TOKENS, withAddedTokens } from '../tokenize/added-tokens.ts';
import { LLAMA, MISTRAL, QWEN } from '../tokenize/families.ts';
import { identityOf } from '../verify/real-tokenizers.ts';
import { casesOf, compareAll, type Difference } from './long-run.ts';
import { anyText } from './texts.ts';

/** The steps of Gemma's files: spaces become pieces, and no text has a prefix. */
const GEMMA_STEPS = {
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
  pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
};

/** Each with tokens of its own, which the texts hold too. */
const FOLDERS = [
  withAddedTokens(QWEN.package),
  withAddedTokens(LLAMA.package),
  withAddedTokens(MISTRAL.package),
  withAddedTokens(MISTRAL.package, (file) => Object.assign(file, GEMMA_STEPS)),
];
const FAMILIES = FOLDERS.map(({ path, sha256 }) => ({
  builder: loadTokenizer({ path, sha256 }, '/'),
  checker: loadReferenceTokenizer(identityOf(path, false), path),
}));
afterAll(async () => {
  for (const { checker } of FAMILIES) await checker.close();
  for (const { path } of FOLDERS) rmSync(path, { recursive: true });
});

/** Blocks of code points: scripts, marks, compatibility forms, what nobody assigned. */
const BLOCKS: readonly (readonly [from: number, to: number])[] = [
  ...([
    [0, 0x20],
    [0x20, 0x7f],
    [0x7f, 0x180],
    [0x300, 0x370],
    [0x370, 0x590],
    [0x590, 0x700],
    [0x900, 0xe00],
  ] as const),
  ...([
    [0xe00, 0x10a0],
    [0x1100, 0x1200],
    [0x1780, 0x18b0],
    [0x1e00, 0x2070],
    [0x20d0, 0x2150],
    [0x2460, 0x2600],
  ] as const),
  ...([
    [0x3000, 0x3400],
    [0x4e00, 0xa000],
    [0xac00, 0xd800],
    [0xe000, 0xe010],
    [0xf900, 0xfe10],
    [0xfe20, 0xffff],
  ] as const),
  ...([
    [0x10000, 0x10a60],
    [0x11000, 0x12100],
    [0x1d100, 0x1d800],
    [0x1f1e6, 0x1f700],
    [0x20000, 0x20100],
  ] as const),
  ...([
    [0x2f800, 0x2fa20],
    [0x30000, 0x32000],
    [0xe0000, 0xe0200],
    [0x10ff00, 0x110000],
    [0x378, 0x37a],
  ] as const),
];
const point = fc
  .constantFrom(...BLOCKS)
  .chain(([from, to]) => fc.integer({ min: from, max: to - 1 }))
  .map((code) => String.fromCodePoint(code));
/** What meets its neighbours: marks and jamo that join them, bytes, pieces of markers, digits. */
const joining = fc.constantFrom(
  ...[
    '\u0301',
    '\u0327\u0301',
    '\u0338',
    '\u0344',
    '\u1100',
    '\u1161',
    '\u11a8',
    '\u3099',
    '\ufe0f',
    '\u200d',
    '\u034f',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\u0000',
    '\ufeff',
    '\u2028',
    '\u202e',
    '\u2581',
    '\u0120',
    '<0x0A>',
    '<',
    '<|',
    '|>',
    'IN',
    'ST]',
  ],
  ...['1', '123', '0000000', '٣', "'s", "'ſ", ' ', '/', '…', ...ADDED_TOKENS, '<item_', '12>'],
);
const odd = fc
  .array(
    fc.oneof(
      joining,
      fc.array(point, { minLength: 1, maxLength: 40 }).map((points) => points.join('')),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));
const again = fc.tuple(fc.oneof(joining, point), fc.integer({ min: 1, max: 90 })).map(([text, n]) => text.repeat(n));
/** Whose first letter joins what comes before the field. */
const joined = fc
  .tuple(fc.constantFrom('\u0301', '\u0327', '\u0338', '\u1161', '\u11a8'), odd)
  .map((pieces) => pieces.join(''));
const value = fc.oneof({ weight: 3, arbitrary: odd }, { weight: 2, arbitrary: joined }, again, anyText);

/** Labels and closings that what a field says may join. */
const PATTERNS = [
  ...[
    '[Title: {title}, Company: {company}]',
    '{title}{company}.',
    'e{title}e{company}\u0301 end',
    'a\u1100{title}\u11a8, b {company}',
  ],
  ...['[{title}<{company}|>', 'x {title}', '[a {title} {company}[INST', '{company} {title}', 'T{title}/{company}/'],
  '[{title}; A label that is longer than some levels are: {company}]',
];

interface Case {
  readonly family: number;
  readonly pattern: string;
  readonly attributes: { readonly title: string; readonly company: string };
  readonly levels: readonly number[];
  readonly longest: number;
}
const cases: fc.Arbitrary<Case> = fc.record({
  // The first one's normalizer joins letters.
  family: fc.constantFrom(0, ...FAMILIES.keys()),
  pattern: fc.constantFrom(...PATTERNS),
  attributes: fc.record({ title: value, company: value }),
  levels: fc.array(fc.constantFrom(8, 9, 12, 16, 20, 32, 48, 120), { minLength: 1, maxLength: 4 }),
  longest: fc.constantFrom(30, 512, 7_680),
});

let cuts = 0;

async function compare({ family, pattern, attributes, levels, longest }: Case): Promise<Difference | undefined> {
  const { builder, checker } = FAMILIES[family]!;
  const ours = parseLinePattern(pattern);
  const values = ours.slots.map(({ field }) => fieldText(attributes[field as 'title' | 'company'], longest));
  const theirs = patternOf(pattern);
  const line = lineOf(theirs, fillSlots(theirs, attributes, longest));
  const filled = fillPattern(ours, values).text;
  if (filled !== line.text) return { kind: 'line', builder: filled, checker: line.text };
  const built = await runEncoding(builder, cutToLevels(ours, values, { levels }));
  const found = collect(cutLine({ line, closing: theirs.closing }, levels), (texts) => checker.encodeLines(texts));
  for (const [i, level] of levels.entries()) {
    const [a, b] = [built[i], found[i]];
    if (a !== undefined && !a.whole) cuts++;
    const said = [
      {
        ids: a && [...a.ids].join(' '),
        fields: a?.fields.map(({ field, from, to }) => `${field} ${from} ${to}`).join(';'),
      },
      { ids: b && Array.from(b.ids).join(' '), fields: b?.fields },
    ];
    for (const what of ['ids', 'fields'] as const) {
      const [is, right] = said.map((each) => each[what] ?? 'too short');
      if (is !== right) return { kind: `${what} of family ${family} at ${level}`, builder: is!, checker: right! };
    }
  }
  return undefined;
}

it(
  'a line of any texts is filled, encoded and cut alike',
  async () => {
    const runs = casesOf(400, 20_000);
    const { count, report } = await compareAll({
      name: 'cuts',
      what: 'lines of odd texts',
      cases,
      compare,
      seed: 7,
      runs,
    });
    expect(count, report).toBe(0);
    expect(cuts).toBeGreaterThan(runs / 2);
  },
  casesOf(120_000, 3_600_000),
);
