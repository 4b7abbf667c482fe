/**
 * EVERY RECORD IN ONE END: however often a worker of a stream ends, loses its disk or is overtaken,
 * the chain takes each offset once and comes to what one look at the whole log says.
 */
import { describe, expect, it } from 'vitest';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import type { BrewhouseError } from '../../src/errors.ts';
import type { StateHome } from '../../src/stream/state.ts';
import { casesOf } from '../worlds/long-run.ts';
import { faultOf, stateFaultOf } from './check-chain.ts';
import { drawFrom, drawLog } from './drawn-log.ts';
import { type Bug, Crash, startWorker, type Worker, type World } from './simulated-worker.ts';

const CRASHES = casesOf(1_000, 10_000);
/** Steps of one world; a world that needs more goes in circles. */
const STEPS_MAX = 20_000;

interface Ran {
  readonly crashes: number;
  readonly fences: number;
  readonly fault: string | undefined;
}

interface Running {
  readonly worker: Worker;
  readonly home: StateHome;
}

/** Runs workers over one log until all of it is committed. */
async function runWorld(seed: number, bug?: Bug): Promise<Ran> {
  const draw = drawFrom(seed);
  const log = drawLog(draw, { records: 20 + draw(100), topics: draw(2) === 0 ? 1 : 2 });
  const store = openMemoryStore();
  const nextCrash = () => 1 + draw(draw(3) === 0 ? 200 : 25);
  let [until, attempts] = [nextCrash(), 0];
  const world: World = {
    ...{ log, store, draw, bug, home: createMemoryHome(), groupOffsets: new Map() },
    newAttempt: () => `attempt ${attempts++}`,
    step() {
      if (--until > 0) return;
      until = nextCrash();
      throw new Crash();
    },
  };
  let [crashes, fences] = [0, 0];
  /** Two at once: each believes that it has the chain, and has a disk of its own. */
  const workers: Running[] = [];
  let isDone = false;
  for (let i = 0; i < STEPS_MAX && !isDone; i++) {
    let at = draw(Math.max(1, workers.length));
    let { home } = world;
    try {
      if (workers.length === 0 || (workers.length === 1 && draw(40) === 0)) {
        world.home = createMemoryHome();
        at = workers.length;
        workers.push({ home, worker: await startWorker({ ...world, home }) });
      }
      isDone = !(await workers[at]!.worker.work());
    } catch (error) {
      if (error instanceof Crash) crashes++;
      else if ((error as BrewhouseError).code === 'fenced') fences++;
      else return { crashes, fences, fault: (error as Error).message };
      // What failed while it started had that home.
      home = workers.splice(at, 1)[0]?.home ?? home;
      if (draw(3) > 0) world.home = home;
    }
  }
  if (!isDone) return { crashes, fences, fault: 'the log was never taken whole' };
  try {
    return { crashes, fences, fault: (await faultOf(store, log)) ?? (await stateFaultOf(store)) };
  } catch (error) {
    return { crashes, fences, fault: (error as Error).message };
  }
}

describe('workers that end anywhere', () => {
  it('take each record once, and come to what the whole log comes to', async () => {
    const sum = { crashes: 0, fences: 0 };
    for (let seed = 1; sum.crashes < CRASHES; seed++) {
      const { crashes, fences, fault } = await runWorld(seed);
      expect(fault, `seed ${seed}`).toBeUndefined();
      sum.crashes += crashes;
      sum.fences += fences;
    }
    expect(sum.fences).toBeGreaterThan(CRASHES / 100);
  });

  it.each<[Bug]>([['position-from-elsewhere'], ['commit-before-write'], ['no-fence']])(
    'would be found with a bug: %s',
    async (bug) => {
      const faults: string[] = [];
      for (let seed = 1; seed <= 60; seed++) faults.push((await runWorld(seed, bug)).fault ?? '');
      expect(faults.filter((fault) => fault !== '').length).toBeGreaterThan(3);
    },
  );
});
