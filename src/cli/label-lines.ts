/** Label balance as people read it: a task a line. */
import { grouped, percent } from '../grouped.ts';
import type { LabelCounts } from '../release/label-balance.ts';

/** Letters are drawn: how far their shares lie apart says all. */
const LETTER = /^[A-Z]$/;

/** `ranking.binary  2,876 rows: No 1,812 (63.0 %), Yes 1,064 (37.0 %)`, the most frequent first. */
export function labelLines(counts: LabelCounts): string[] {
  const names = Object.keys(counts);
  const width = Math.max(0, ...names.map((name) => name.length));
  return Object.entries(counts).map(([task, labels]) => {
    const inOrder = Object.entries(labels).sort(([, a], [, b]) => b - a);
    const all = inOrder.reduce((sum, [, count]) => sum + count, 0);
    return `  ${task.padEnd(width)}  ${grouped(all)} rows: ${told(inOrder, all)}`;
  });
}

function told(labels: readonly (readonly [label: string, count: number])[], all: number): string {
  const share = (count: number) => percent(count, all);
  if (labels.length < 2 || !labels.every(([label]) => LETTER.test(label)))
    return labels.map(([label, count]) => `${label} ${grouped(count)} (${share(count)})`).join(', ');
  const [most = 0, least = 0] = [labels[0]?.[1], labels.at(-1)?.[1]];
  return `${labels.length} letters, each ${share(least)} to ${share(most)}`;
}
