/** How a token budget is shared among tasks (RELEASE-3). */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { ownValue } from '../../schemas/names.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { millionths } from '../timeline/draws.ts';

/**
 * Tokens that each task may take, by the tokens that it needs: in proportion to the weights, which
 * are whole millionths, what one does not need shared among the others. Grows with the budget.
 */
export function shareBudget(
  budget: number,
  needs: ReadonlyMap<string, number>,
  weights: ReleaseSection['weights'],
): Map<string, number> {
  const allowances = new Map<string, number>();
  let open = [...needs]
    .map(([task, need]) => ({ task, need, weight: BigInt(millionths(ownValue(weights, task) ?? 1)) }))
    .sort((a, b) => compareUtf8(a.task, b.task));
  let left = budget;
  for (let settled = true; settled && open.length > 0; ) {
    const weights = open.reduce((sum, each) => sum + each.weight, 0n);
    const remaining = BigInt(left);
    const share = (weight: bigint) => Number((remaining * weight) / weights);
    const content = open.filter((each) => each.need <= share(each.weight));
    settled = content.length > 0;
    for (const each of content) allowances.set(each.task, each.need);
    if (!settled) for (const each of open) allowances.set(each.task, share(each.weight));
    left -= content.reduce((sum, each) => sum + each.need, 0);
    open = open.filter((each) => !allowances.has(each.task));
  }
  return allowances;
}
