/** A thread that does steps of a verification, one after the other. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type PackedError, packError } from '../../errors.ts';
import { joinReferenceTokenizer, type SharedTokenizer } from '../tokenizer/load-tokenizer.ts';
import { type Work, type WorkSetup, workOf } from './work.ts';

/** What a thread is given when it starts. */
export interface WorkThreadSetup {
  readonly port: MessagePort;
  readonly setup: WorkSetup;
  readonly tokenizer: SharedTokenizer;
}

/** A step, and what it is told. */
export type StepRequest = {
  readonly [K in keyof Work]: { readonly step: K; readonly args: Parameters<Work[K]> };
}[keyof Work];

/** What came of a step. */
export type StepReply = { readonly result: unknown } | { readonly failure: PackedError };

const { port, setup, tokenizer } = workerData as WorkThreadSetup;
let work: Work | undefined;

// One step after another: who asks waits for the answer.
port.on('message', async ({ step, args }: StepRequest) => {
  try {
    work ??= await workOf(setup, joinReferenceTokenizer(tokenizer));
    const run = work[step] as (...given: unknown[]) => unknown;
    port.postMessage({ result: await run(...args) } satisfies StepReply);
  } catch (failure) {
    port.postMessage({ failure: packError(failure) } satisfies StepReply);
  }
});
