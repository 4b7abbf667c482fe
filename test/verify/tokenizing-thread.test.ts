/** The tokenizing thread: its answers are waited for, and its end is an error and not a silence. */
import { afterEach, expect, test } from 'vitest';
import { startTokenizingThread, type TokenizingThread } from '../../src/verify/tokenizer/tokenizing-thread.ts';

const NO_FILES = { files: { full: '{}', start: '{}', content: '{}' }, added: [] };
const REQUEST = { reading: 'content', texts: ['a'], withOffsets: false } as const;
const started: TokenizingThread[] = [];
afterEach(() => Promise.all(started.splice(0).map((thread) => thread.close())));

/** A thread with a stand-in for the worker's file. */
function threadOf(script: string): TokenizingThread {
  const begin = "import { workerData } from 'node:worker_threads'; const { port, state } = workerData;";
  const thread = startTokenizingThread(NO_FILES, new URL(`data:text/javascript,${encodeURIComponent(begin + script)}`));
  started.push(thread);
  return thread;
}

test('a wake without an answer is waited on', () => {
  const thread = threadOf(`port.on('message', () => {
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
    setTimeout(() => {
      port.postMessage({ ids: Int32Array.of(5), offsets: new Int32Array(0), ends: Int32Array.of(1) });
      Atomics.add(state, 0, 1);
      Atomics.notify(state, 0);
    }, 50);
  });`);
  expect(Array.from(thread.encode(REQUEST).ids)).toEqual([5]);
});
test('an answer whose wake never comes is found', () => {
  const thread = threadOf(`port.on('message', () => {
    port.postMessage({ ids: Int32Array.of(6), offsets: new Int32Array(0), ends: Int32Array.of(1) });
  });`);
  expect(Array.from(thread.encode(REQUEST).ids)).toEqual([6]);
});
test('a thread that has ended is an error', () => {
  const thread = threadOf(`port.on('message', () => {
    Atomics.store(state, 1, 1);
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  });`);
  expect(() => thread.encode(REQUEST)).toThrow('its thread has ended');
});
test('a thread that dies of a failure says that it has ended', () => {
  const thread = threadOf(`process.on('exit', () => {
    Atomics.store(state, 1, 1);
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  });
  port.on('message', () => process.exit(1));`);
  expect(() => thread.encode(REQUEST)).toThrow('its thread has ended');
});
test("a tokenizer that cannot be loaded is refused with the library's own error and the thread's stack", () => {
  const thread = startTokenizingThread(NO_FILES);
  started.push(thread);
  const cause = expect.objectContaining({ stack: expect.stringContaining('tokenizer-worker') });
  expect(() => thread.encode(REQUEST)).toThrow(expect.objectContaining({ code: 'tokenizer_refused', cause }));
});
