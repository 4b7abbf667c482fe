/** What fails in a render worker is told as it was thrown there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RenderPoolOptions, renderInPool } from '../../pipelines/render/pool.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { tempLake } from '../lake/temp-lake.ts';

const lake = tempLake();

it('an error of a worker keeps its code, its stack, its cause and whether trying again helps', async () => {
  // A lake whose first file cannot be read.
  mkdirSync(join(lake.folder, 'lake.json'));
  const data = { lake: lake.folder } as RenderPoolOptions['data'];
  const requests = [{ partition: 0, timeline: { events: 0 } }] as unknown as RenderPoolOptions['requests'];
  // Nobody comes to ask it.
  const encoder = {} as RenderPoolOptions['encoder'];
  const failure = await renderInPool({ requests, workers: 1, data, encoder }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BrewhouseError);
  const { code, retryable, stack, cause } = failure as BrewhouseError;
  expect({ code, retryable }).toEqual({ code: 'store_refused', retryable: false });
  expect(stack).toMatch(/at async work \(.*worker\.ts/);
  expect(cause).toBeInstanceOf(Error);
  expect((cause as Error).message).toMatch(/^EISDIR/);
});
