/** ranking.binary: will the member take a positive action on this item (BINARY-1)? */
import { z } from 'zod';
import { share } from '../read-json.ts';
import { formOf, TASK_OPTIONS } from './form.ts';
import { drawnShareIn, oneItemRules } from './one-item.ts';

const options = z.strictObject({ ...TASK_OPTIONS, drawn: share.prefault(0.5) });

/** The form ranking.binary. */
export const rankingBinary = formOf('ranking.binary', options, ({ drawn }, vocabulary) => {
  const drawnShare = drawnShareIn(vocabulary, drawn);
  const isPositive = (rank: number) => vocabulary.actions[rank]?.positive ?? false;
  return {
    ...oneItemRules(vocabulary, drawnShare, ({ rank }) => (isPositive(rank) ? 'Yes' : 'No')),
    rule: ['BINARY-1', 'CAND-3'],
    labels: ['Yes', 'No'],
  };
});
