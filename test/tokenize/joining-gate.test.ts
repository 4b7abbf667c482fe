/** Which prompts of a template are compared with their whole texts. */
import { expect, it } from 'vitest';
import type { ChatFrame } from '../../src/tokenize/chat-frame.ts';
import {
  createGateCounts,
  createJoiningGate,
  GATE_EARLY,
  GATE_LATE_EVERY,
  type JoinedPrompt,
} from '../../src/tokenize/joining-gate.ts';

/** The numbers of the prompts that are taken, from 1. */
function taken(count: number, kinds: readonly string[], threads = 1): number[][] {
  const shared = { kinds, counts: createGateCounts(kinds.length), compare: async () => {} };
  const gates = Array.from({ length: threads }, () => createJoiningGate(shared));
  const numbers = kinds.map((): number[] => []);
  for (let i = 1; i <= count; i++)
    for (const [k, kind] of kinds.entries()) if (gates[i % threads]!.takes(kind) !== undefined) numbers[k]!.push(i);
  return numbers;
}

it('is each of the first eight, then one in 64, and after the first thousand one in 512', () => {
  const [numbers] = taken(5_000, ['a']);
  expect(numbers!.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 72, 136]);
  expect(numbers!.filter((number) => number <= GATE_EARLY)).toHaveLength(8 + 15);
  expect(numbers!.filter((number) => number > GATE_EARLY)).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((i) => GATE_EARLY + i * GATE_LATE_EVERY),
  );
});

it('are encoded by the library for the first eight, and then by the encoder that it judges', () => {
  const gate = createJoiningGate({ kinds: ['a'], counts: createGateCounts(1), compare: async () => {} });
  const by = Array.from({ length: 136 }, () => gate.takes('a')).flatMap((each) => each ?? []);
  expect(by).toEqual([...Array.from({ length: 8 }, () => 'library'), 'own', 'own']);
});

it('is counted for each kind by itself', () => {
  const [alone] = taken(2_000, ['a']);
  expect(taken(2_000, ['b', 'a', 'c'])).toEqual([alone, alone, alone]);
});

it('is as many whether one thread joins them or three', () => {
  expect(taken(5_000, ['a', 'b'], 3)).toEqual(taken(5_000, ['a', 'b']));
});

it('compares one batch after another without being waited for, and says at the next what was wrong', async () => {
  const told: string[] = [];
  const open: PromiseWithResolvers<void>[] = [];
  const compare = async (prompts: readonly JoinedPrompt[]) => {
    told.push(prompts[0]!.template);
    const each = Promise.withResolvers<void>();
    open.push(each);
    await each.promise;
  };
  const gate = createJoiningGate({ kinds: [], counts: createGateCounts(0), compare });
  const prompts = (template: string): JoinedPrompt[] => [{ template, ids: new Int32Array(), frame: {} as ChatFrame }];
  await gate.compare([]);
  await gate.settle();
  await gate.compare(prompts('a'));
  const second = gate.compare(prompts('b'));
  expect(told).toEqual(['a']);
  open[0]!.resolve();
  await second;
  expect(told).toEqual(['a', 'b']);
  open[1]!.reject(new Error('differs'));
  await expect(gate.compare(prompts('c'))).rejects.toThrow('differs');
  await expect(gate.settle()).rejects.toThrow('differs');
  expect(told).toEqual(['a', 'b']);
});
