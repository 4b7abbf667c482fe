/** Where a row group ends. */
import { describe, expect, it } from 'vitest';
import { mustFlushRowGroup, ROW_GROUP_ROWS_MAX, ROW_GROUP_TOKENS_MAX } from '../../src/shard/row-groups.ts';

describe('a row group', () => {
  it('ends before it would hold too many rows or tokens, and never without a row', () => {
    expect(mustFlushRowGroup({ rows: 0, tokens: 0 }, ROW_GROUP_TOKENS_MAX * 2)).toBe(false);
    expect(mustFlushRowGroup({ rows: 1, tokens: ROW_GROUP_TOKENS_MAX - 5 }, 5)).toBe(false);
    expect(mustFlushRowGroup({ rows: 1, tokens: ROW_GROUP_TOKENS_MAX - 5 }, 6)).toBe(true);
    expect(mustFlushRowGroup({ rows: ROW_GROUP_ROWS_MAX - 1, tokens: 9 }, 1)).toBe(false);
    expect(mustFlushRowGroup({ rows: ROW_GROUP_ROWS_MAX, tokens: 9 }, 1)).toBe(true);
  });
});
