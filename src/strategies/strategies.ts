/** Strategies by name. */
import { present } from '../checked.ts';
import * as registry from './registry.ts';
import type { Strategy } from './strategy.ts';

const STRATEGIES: readonly Strategy[] = Object.values(registry);

/** What a recipe may name, in order of name. */
export const STRATEGY_NAMES: readonly string[] = STRATEGIES.map(({ name }) => name).sort();

/** The strategy of that name. Throws Error where there is none: recipes were checked before. */
export function strategyNamed(name: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy.name === name);
  return present(found, `strategy ${name}`);
}
