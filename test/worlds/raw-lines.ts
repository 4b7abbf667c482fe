/**
 * Lines of event files as producers write them, and as they should not: events that parse, with
 * keys dropped, added, doubled and renamed, values of other types, and bytes that are no JSON.
 */
import fc from 'fast-check';
import { EVENT_FIELDS, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import { type Bias, inputOf } from './from-zod.ts';
import { anyName, anyText, OBJECT_NAMES } from './texts.ts';
import { anyTime } from './times.ts';

/** JSON as it is written: a key may come twice, and a number has its digits. */
type Written =
  | { readonly entries: readonly (readonly [key: string, value: Written])[] }
  | { readonly elements: readonly Written[] }
  | { readonly token: string };

function toWritten(value: unknown): Written {
  if (Array.isArray(value)) return { elements: value.map(toWritten) };
  if (typeof value !== 'object' || value === null) return { token: JSON.stringify(value) };
  return { entries: Object.entries(value).map(([key, inner]) => [key, toWritten(inner)] as const) };
}

function write(value: Written, space: string): string {
  if ('token' in value) return value.token;
  if ('elements' in value) return `[${value.elements.map((each) => write(each, space)).join(`,${space}`)}]`;
  const entries = value.entries.map(([key, inner]) => `${JSON.stringify(key)}:${space}${write(inner, space)}`);
  return `{${space}${entries.join(`${space},`)}${space}}`;
}

const FIELDS = [...new Set(Object.values(EVENT_FIELDS).flat())];

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const TOKENS = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '7', '0.5', '1.5', '-0.1', '1.0', '1e0', '100e-2', '1e3', '1E+3'],
  ...['1e308', '1e309', '-1e999', '1e-400', '9007199254740991', '9007199254740992', '9007199254740993'],
  ...[
    '2147483647',
    '2147483648',
    '12345678901234567890',
    '-9007199254740993',
    '1767604027908',
    '1767604027908.0',
    '1767604027.908',
  ],
  ...['""', '" "', '"upsert"', '"delete"', '"member"', '"item"', '"interaction"', '"constructor"', '"__proto__"'],
  ...['[]', '{}', '[null]', '[1]', '["a",1]', '["a"]', '[[]]', '{"a":null}', '{"a":1}', '{"__proto__":1}'],
  ...['{"__proto__":{"type":"item"}}', '{"constructor":"x"}', '{"toString":["a"]}', '["__proto__"]'],
  ...['"\\u001f"', '"a\\u001fb"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude42"', '"\\u0000"', '"\\ufeff"'],
  ...[nested(3), nested(14), nested(15), nested(16), nested(17), nested(40)],
  // No JSON.
  ...['', 'NaN', 'Infinity', 'undefined', "'a'", '01', '+1', '.5', '1.', '0x10', '1_000', '"a', '"\t"', '[1,]'],
];
const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TOKENS) },
  { weight: 2, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 3, arbitrary: anyTime.map((time) => JSON.stringify(time)) },
);
const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FIELDS) },
  { weight: 3, arbitrary: fc.constantFrom(...OBJECT_NAMES) },
  { weight: 2, arbitrary: fc.constantFrom('evnt_time', 'title', '', ' ', 'Type', 'type ', 'prototype', 'a') },
  { weight: 1, arbitrary: anyText },
);

/** One thing that is changed; `object` and `entry` are counted modulo what there is. */
const change = fc.record({
  kind: fc.constantFrom('drop', 'rename', 'add', 'replace', 'replace', 'double', 'wrap', 'move'),
  object: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(4) }),
  entry: fc.nat(15),
  key,
  token,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

type Entries = readonly (readonly [string, Written])[];

function changed(record: Written, { object, ...rest }: Change): Written {
  const count = countObjects(record);
  return count === 0 ? record : inObject(record, object % count, (entries) => changedEntries(entries, rest));
}

function countObjects(value: Written): number {
  if ('token' in value) return 0;
  if ('elements' in value) return value.elements.reduce((sum, each) => sum + countObjects(each), 0);
  return value.entries.reduce((sum, [, inner]) => sum + countObjects(inner), 1);
}

/** The n-th object from the outside, 0 the record itself. */
function inObject(value: Written, n: number, change: (entries: Entries) => Entries): Written {
  let at = -1;
  const visit = (each: Written): Written => {
    if ('token' in each) return each;
    if ('elements' in each) return { elements: each.elements.map(visit) };
    at++;
    if (at === n) return { entries: change(each.entries) };
    return { entries: each.entries.map(([name, inner]) => [name, visit(inner)] as const) };
  };
  return visit(value);
}

function changedEntries(entries: Entries, { kind, entry, key, token }: Omit<Change, 'object'>): Entries {
  const value = { token };
  const i = entries.length === 0 ? 0 : entry % entries.length;
  const chosen = entries[i];
  if (kind === 'add' || chosen === undefined) return [...entries.slice(0, i), [key, value], ...entries.slice(i)];
  const [name, old] = chosen;
  if (kind === 'drop') return entries.toSpliced(i, 1);
  if (kind === 'rename') return entries.with(i, [key, old]);
  if (kind === 'replace') return entries.with(i, [name, value]);
  if (kind === 'double') return [...entries, [name, value]];
  if (kind === 'move') return [...entries.toSpliced(i, 1), chosen];
  return entries.with(i, [name, entry % 2 === 0 ? { elements: [old] } : { entries: [[key, old]] }]);
}

/** Few ids, so that records of one id meet. */
const record: Bias = ({ path, generic }) => {
  const field = path.at(-1);
  if (field === 'event_time' || field === 'ingest_time') return fc.constantFrom(0, 5, 1_767_604_027_908);
  if (field === 'event_id') return anyName('e1', 'e2', 'row:1', 'ﬁ');
  if (field === 'member_id' || field === 'item_id') return anyName('m', 'i', '東京');
  if (field === 'sequence') return fc.oneof(fc.constantFrom(-1, 0, 1), generic());
  if (path.includes('attributes') && field === 'key') return anyName('title', 'a', 'b');
  return undefined;
};

/** A raw record as it parses, its times in any spelling. */
const base = fc
  .tuple(
    fc.oneof(inputOf(MemberEvent, record), inputOf(ItemEvent, record), inputOf(InteractionEvent, record)),
    fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyTime }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyTime }),
  )
  .map(([event, event_time, ingest_time]) => ({
    ...(event as Record<string, unknown>),
    ...(event_time === undefined ? {} : { event_time }),
    ...(ingest_time === undefined ? {} : { ingest_time }),
  }));

/** What comes before and after a line, and what is done to its bytes. */
const dress = fc.record({
  before: fc.constantFrom('', '', '', '', ' ', '\t', '\ufeff', '\ufeff\ufeff', ' \ufeff', '\r', '\u00a0', '\u0000'),
  space: fc.constantFrom('', '', '', ' ', '\t', '\r', '\u00a0', '\f'),
  after: fc.constantFrom('', '', '', '', ' ', '\r', '\r\r', ' \t\r', '\ufeff', ',', ';', '{}', ' 1', '\u2028', '\v'),
  bytes: fc.oneof(
    { weight: 20, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(), fc.constantFrom([0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe4], [0])),
    },
  ),
  end: fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat() }),
});

function dressed(json: string, { before, after, bytes, end }: typeof dress extends fc.Arbitrary<infer T> ? T : never) {
  const line = Buffer.from(`${before}${json}${after}`.replaceAll('\n', ' '), 'utf8');
  const cut = end === undefined ? line : line.subarray(0, end % (line.length + 1));
  if (bytes === undefined) return cut;
  const [at, odd] = bytes;
  const middle = at % (cut.length + 1);
  return Buffer.concat([cut.subarray(0, middle), Buffer.from(odd), cut.subarray(middle)]);
}

const isolated = fc.constantFrom('', ' ', '\t\r', '\ufeff', '\u3000', 'null', '[]', '"text"', '5', '{', '{}', '{},{}');

/** The bytes of one line without its line feed, at most three changes away from an event. */
export const anyLine: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof({ weight: 25, arbitrary: base }, { weight: 1, arbitrary: fc.constant(undefined) }),
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Change[]>([]) },
      { weight: 5, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
      { weight: 2, arbitrary: fc.array(change, { minLength: 2, maxLength: 3 }) },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: dress }),
    isolated,
  )
  .map(([event, changes, dress, alone]) => {
    const json = event === undefined ? alone : write(changes.reduce(changed, toWritten(event)), dress?.space ?? '');
    return dressed(json, dress ?? { before: '', space: '', after: '', bytes: undefined, end: undefined });
  });
