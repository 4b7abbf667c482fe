/** Parts of a JSON text found without taking it apart are the parts that JSON.parse finds. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonMembers, textOf, wholePart } from '../../src/tokenize/json-members.ts';
import { readTokenizerJson } from '../../src/tokenize/tokenizer-json.ts';

const bytesOf = (text: string) => Buffer.from(text, 'utf8');

it('members and elements are those of JSON.parse, in any writing', () => {
  const value = fc.oneof(
    fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
    fc.array(fc.jsonValue({ stringUnit: 'binary' })),
  );
  const writing = fc.constantFrom(undefined, 1, '\t', '\r\n ');
  fc.assert(
    fc.property(value, writing, fc.constantFrom('', '\ufeff', ' \n'), (object, space, before) => {
      const text = JSON.stringify(object, undefined, space);
      const bytes = bytesOf(before + text);
      const right = Object.entries(JSON.parse(text)).map(([key, each]) => [
        Array.isArray(object) ? undefined : key,
        each,
      ]);
      const found = [...jsonMembers(bytes, wholePart(bytes))].map((member) => [
        member.key && JSON.parse(textOf(bytes, member.key)),
        JSON.parse(textOf(bytes, member.value)),
      ]);
      expect(found).toEqual(right);
    }),
    { numRuns: 500, seed: 7 },
  );
});

it.each(['', '{', '[1', '{"a" 1}', '{"a":}', '{"a":1,}', '[1 2]', '{a:1}', '"a"', '{"a":"b}', '{} x', '[[1]'])(
  'what is no object or array is refused: %s',
  (text) => {
    const bytes = bytesOf(text);
    expect(() => [...jsonMembers(bytes, wholePart(bytes))]).toThrow(SyntaxError);
  },
);

it('a tokenizer’s file is read but for its lists, which stay as they are written', () => {
  const vocab = '{ "a": 3, "\\u2581b":7,"}": 5 }';
  const model = `{"type": "BPE", "vocab": ${vocab}, "merges": [["a", "b"]]}`;
  const text = `{"version": "1.0", "added_tokens": [], "model": ${model}}`;
  const { file, lists, greatestId, pieces } = readTokenizerJson(bytesOf(text));
  expect(file).toEqual({ version: '1.0', added_tokens: [], model: { type: 'BPE' } });
  expect(lists()).toEqual({ vocab, merges: '[["a", "b"]]' });
  expect({ greatestId, pieces: [...pieces()] }).toEqual({ greatestId: 7, pieces: ['a', '\u2581b', '}'] });
  const unigram = readTokenizerJson(bytesOf('{"model": {"vocab": [["a", -1], ["b", -2.5]]}}'));
  expect([unigram.greatestId, ...unigram.pieces()]).toEqual([1]);
});
