/**
 * Profiles of V8 added up: by function, and by the room of our code or the package that it is in.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/config.ts';

interface CallFrame {
  readonly functionName: string;
  /** A file URL of our code and of packages; `node:` of Node's own; empty of V8's own. */
  readonly url: string;
  /** From 0; -1 where there is none. */
  readonly lineNumber: number;
}

/** A .cpuprofile of one thread. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface HeapNode {
  readonly callFrame: CallFrame;
  /** Bytes that were sampled here and are held. */
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** A .heapprofile of one thread. */
export interface HeapProfile {
  readonly head: HeapNode;
}

/** Seconds or megabytes, the most first. */
export interface Shares {
  readonly all: number;
  readonly rooms: readonly (readonly [string, number])[];
  readonly functions: readonly (readonly [string, number])[];
}

/** Functions of a table. */
const FUNCTIONS_MAX = 30;
/** A thread that waits is no work. */
const WAITING = new Set(['(idle)', '(program)', '(root)']);

/** Seconds by the function that ran, all threads together, without those that waited. */
export function selfTimeBy(profiles: readonly CpuProfile[]): Shares {
  const counted = profiles.flatMap(({ nodes, samples, timeDeltas }) => {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    return samples.flatMap((id, i) => {
      const frame = frames.get(id);
      return frame === undefined ? [] : [[frame, (timeDeltas[i] ?? 0) / 1e6] as const];
    });
  });
  return sharesOf(counted);
}

/**
 * Megabytes by the function that allocated what was still held at the end, all threads together.
 */
export function allocatedBy(profiles: readonly HeapProfile[]): Shares {
  const counted: [CallFrame, number][] = [];
  const todo = profiles.map(({ head }) => head);
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    counted.push([node.callFrame, node.selfSize / 1e6]);
    todo.push(...node.children);
  }
  return sharesOf(counted);
}

function sharesOf(counted: readonly (readonly [CallFrame, number])[]): Shares {
  const own = counted.filter(([{ functionName }]) => !WAITING.has(functionName));
  return {
    all: own.reduce((sum, [, share]) => sum + share, 0),
    rooms: added(own, roomOf),
    functions: added(own, functionOf),
  };
}

function added(counted: readonly (readonly [CallFrame, number])[], name: (frame: CallFrame) => string) {
  const sums = new Map<string, number>();
  for (const [frame, share] of counted) sums.set(name(frame), (sums.get(name(frame)) ?? 0) + share);
  return [...sums].filter(([, share]) => share > 0).sort(([, a], [, b]) => b - a);
}

/** `src/prompt`, `pipelines/render`, `package zod`, `node`, or what V8 calls its own work. */
function roomOf({ url, functionName }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8';
  if (!url.startsWith('file:')) return 'node';
  const path = relative(packageRoot(), fileURLToPath(url));
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path) ?? [];
  return name === undefined ? path.split('/').slice(0, 2).join('/') : `package ${name}`;
}

function functionOf({ url, functionName, lineNumber }: CallFrame): string {
  const place = url.startsWith('file:') ? relative(packageRoot(), fileURLToPath(url)) : url;
  const name = functionName === '' ? '(anonymous)' : functionName;
  return place === '' ? name : `${name} ${place}:${lineNumber + 1}`;
}

/** Two tables: by room, and the functions with the most. */
export function shareLines({ all, rooms, functions }: Shares): string[] {
  const row = ([name, share]: readonly [string, number]) =>
    `| ${name.replaceAll('|', '\\|')} | ${share.toFixed(2)} | ${((100 * share) / all).toFixed(1)} % |`;
  return [
    ...['| room | self | share |', '|---|---:|---:|', ...rooms.map(row), ''],
    ...['| function | self | share |', '|---|---:|---:|', ...functions.slice(0, FUNCTIONS_MAX).map(row)],
  ];
}
