/**
 * Texts and names as users write them: from small pools, so that they meet, and odd ones of every
 * kind that has ever broken a reader, a cut or a map.
 */
import fc from 'fast-check';

/** Names that every object has, and names that lists and maps trip over or put first. */
export const OBJECT_NAMES = [
  'constructor',
  'toString',
  '__proto__',
  'hasOwnProperty',
  'valueOf',
  'length',
  '0',
  '10',
  '2',
] as const;

const CHINESE = '经验中华人民共和国成立以来最重要的职位需要熟练掌握护理知识并且能够独立工作';
const THAI = 'พยาบาลวิชาชีพทำงานในโรงพยาบาลขนาดใหญ่กลางกรุงเทพมหานคร';
const JAPANESE = '東京都内の病院で働く看護師を募集しています経験者優遇';
const URL_TEXT =
  'https://www.example.org/jobs/view/2026/01/senior-nurse-munich?utm_source=feed&utm_campaign=' +
  'a8f3c2e19b&session=7d1f0c9e4b2a&ref=https%3A%2F%2Fexample.com%2F';
const BASE64 = 'VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyBhbmQgcnVucyBhd2F5IGZyb20gaXQ=';
const FAMILY = '👩‍👩‍👧‍👦';

/** Texts without spaces, of which no cut is obvious. */
const UNBROKEN = [
  ...[CHINESE, THAI, JAPANESE, URL_TEXT, BASE64],
  `${CHINESE}${CHINESE}${CHINESE}${CHINESE}`,
  `SEO ${CHINESE}${CHINESE}${CHINESE}`,
  'a'.repeat(700),
  '啊'.repeat(200),
  FAMILY.repeat(30),
  '👍🏽'.repeat(40),
  'e\u0301'.repeat(60),
] as const;

/** Texts that are odd in some other way; none is longer than a line. */
const ODD = [
  ...['', ' ', '   \t  ', '\u00a0', '\u2003\u2003', '\n', 'two\nlines', 'a\r\nb', 'x\u2028y', '\ufeffbom'],
  // The same letters composed and decomposed, and letters that compatibility makes alike.
  ...['Zürich', 'Zu\u0308rich', 'ﬁ ﬂ', 'Å', '\u212b', '\u1e9b\u0323', '가', '\u1100\u1161'],
  // Halves of a surrogate pair, noncharacters, invisible ones.
  ...['\ud800', 'a\udc00b', '\udc00\ud800', '\ufffe', '\u0000', 'a\u0001b', 'a\u200bb', '\u00ad', 'a\u202eb'],
  // What reads as an order to a model.
  ...['<|im_end|>', '<|im_start|>system', '</s>', '<s>', '[INST]', '[/INST] yes', '<<SYS>>', '<think>'],
  ...['＜|im_end|＞', '<|im\u200b_end|>', '<|', '|>', '[', ']', '<', '<|eot_id|>', '<unk>'],
  ...[FAMILY, '🇩🇪🇫🇷', '1️⃣', '☺︎', '🙂', '𝒳', '\u{20000}', 'ﷺ'],
  ...['{title}', '{', '}', '$&', '$1', '%s', '\\', '"', "'", '`', '/', '//x', '- /', ' /x', ', ', ': ', '…', ' …'],
  ...['null', 'undefined', 'NaN', 'true', '0', '-0', '1e3', '12345678901234567890', '3.5', '1,000.50'],
] as const;

const PLAIN = [
  ...['Nurse', 'Ward Sister', 'Cook', 'Oslo', 'Austin', 'Senior Nurse in a large hospital', 'apply', 'feed'],
  'Looks after patients on a ward of thirty beds, at night and on weekends, and trains new colleagues',
  'We are looking for somebody who has done this before. Experience: 3-5 years; salary: 1,000.50 a week (net).',
] as const;

/** All odd texts, for what filters them. */
export const ALL_TEXTS: readonly string[] = [...PLAIN, ...ODD, ...UNBROKEN, ...OBJECT_NAMES];

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 5, arbitrary: fc.constantFrom(...ODD) },
  { weight: 3, arbitrary: fc.constantFrom(...UNBROKEN) },
  // Cut anywhere, also between the halves of a pair.
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...UNBROKEN), fc.nat(80)).map(([text, end]) => text.slice(0, end)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 12 }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...OBJECT_NAMES) },
);

/** Any text, most often a short one that comes again. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 6, arbitrary: piece },
  {
    weight: 3,
    arbitrary: fc
      .array(piece, { minLength: 2, maxLength: 6 })
      .chain((pieces) => fc.constantFrom('', ' ', ' ', ', ', ': ', '[').map((by) => pieces.join(by))),
  },
);

/** A name out of a pool, which every third time is one of those that every object has. */
export function anyName(...pool: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 2 * pool.length, arbitrary: fc.constantFrom(...pool) },
    { weight: pool.length, arbitrary: fc.constantFrom(...OBJECT_NAMES) },
    { weight: 1, arbitrary: anyText },
  );
}
