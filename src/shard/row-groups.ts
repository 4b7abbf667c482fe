/** How large a row group of token rows may become (PUBLISH-6). */

/** Tokens of a row group: `datasets` and Megatron-Bridge decode a whole row group for one row. */
export const ROW_GROUP_TOKENS_MAX = 1_000_000;
/** Rows of a row group, for the same reason. */
export const ROW_GROUP_ROWS_MAX = 1_000;

/**
 * Whether the group must be written before a row of `nextTokens` joins it; a group takes one row,
 * however long.
 */
export function mustFlushRowGroup(group: { rows: number; tokens: number }, nextTokens: number): boolean {
  if (group.rows === 0) return false;
  return group.rows >= ROW_GROUP_ROWS_MAX || group.tokens + nextTokens > ROW_GROUP_TOKENS_MAX;
}
