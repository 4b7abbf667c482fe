/** A line's tokens as plain numbers, so that threads can share them: whether whole, the runs of fields, then the ids. */
import type { LineTokens } from './levels.ts';
import type { LinePattern } from './line-pattern.ts';

/** Layout: whole (0 or 1), number of runs, three numbers a run (slot, from, to), ids. */
export function packLine(line: LineTokens, pattern: LinePattern): Int32Array {
  const runs =
    line.fields === '' ? [] : line.fields.split(';').map((run) => run.split(' ') as [string, string, string]);
  const packed = new Int32Array(2 + 3 * runs.length + line.ids.length);
  packed[0] = line.whole ? 1 : 0;
  packed[1] = runs.length;
  let slot = -1;
  for (const [i, [field, from, to]] of runs.entries()) {
    // Runs stand in the order of slots, and a field may have two of them.
    slot = pattern.slots.findIndex((each, at) => at > slot && each.field === field);
    packed.set([slot, Number(from), Number(to)], 2 + 3 * i);
  }
  packed.set(line.ids, 2 + 3 * runs.length);
  return packed;
}

/** The ids are a view of `packed`. */
export function unpackLine(packed: Int32Array, pattern: LinePattern): LineTokens {
  const count = packed[1]!;
  const runs = Array.from({ length: count }, (_, i) => {
    const [slot, from, to] = packed.subarray(2 + 3 * i, 5 + 3 * i);
    return `${pattern.slots[slot!]!.field} ${from} ${to}`;
  });
  return { ids: packed.subarray(2 + 3 * count), fields: runs.join(';'), whole: packed[0] === 1 };
}
