/** Newest first. */
import type { Strategy } from './strategy.ts';

/** HIST-4. */
export const chronological: Strategy = { name: 'chronological', order: ({ newestFirst }) => newestFirst() };
