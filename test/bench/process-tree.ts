/** Memory of a process and all that it started, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a tree of processes at one moment. */
export interface TreeMemory {
  /** Sum of resident pages; what processes share counts in each. */
  readonly rss: number;
  /**
   * The most that any one process of it ever had resident, since processes rise between samples.
   */
  readonly highest: number;
  readonly processes: number;
}

/** Watches the processes below one that is running. */
export interface TreeWatch {
  /** A look at the tree, without its root. */
  memory(): TreeMemory;
  /** Bytes, each shared page divided among those that share it; dear, so asked for seldom. */
  proportional(): number;
}

/**
 * The tree below `root`, which itself is not counted: it is the shell that adds up the times. Costs
 * one listing of `proc` a look, and one file for each process that is new.
 */
export function watchTree(root: number, proc = '/proc'): TreeWatch {
  const inside = new Set<number>([root]);
  const outside = new Set<number>();
  const look = (): number[] => {
    const running = new Set(readdirSync(proc).filter(isNumber).map(Number));
    for (const known of [inside, outside]) for (const pid of known) if (!running.has(pid)) known.delete(pid);
    // The root may be gone while what it started still runs.
    inside.add(root);
    const fresh = [...running].filter((pid) => !inside.has(pid) && !outside.has(pid));
    const parents = new Map(fresh.map((pid) => [pid, parentOf(read(join(proc, String(pid), 'stat')))]));
    for (let before = -1; before !== inside.size; ) {
      before = inside.size;
      for (const [pid, parent] of parents) if (parent !== undefined && inside.has(parent)) inside.add(pid);
    }
    for (const [pid] of parents) if (!inside.has(pid)) outside.add(pid);
    return [...inside].filter((pid) => pid !== root);
  };
  return {
    memory() {
      const statuses = look().map((pid) => read(join(proc, String(pid), 'status')));
      return {
        rss: sum(statuses.map((status) => kilobytesOf(status, 'VmRSS'))),
        highest: Math.max(0, ...statuses.map((status) => kilobytesOf(status, 'VmHWM'))),
        processes: statuses.length,
      };
    },
    proportional: () => sum(look().map((pid) => kilobytesOf(read(join(proc, String(pid), 'smaps_rollup')), 'Pss'))),
  };
}

const isNumber = (name: string) => /^\d+$/.test(name);
const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);

/** The parent in a `stat` file, whose second field, a name in brackets, may hold anything. */
export function parentOf(stat: string): number | undefined {
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return parent === undefined || !isNumber(parent) ? undefined : Number(parent);
}

/** Bytes of a line `Name:   12 kB`; 0 where there is none. */
export function kilobytesOf(text: string, name: string): number {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Empty where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
