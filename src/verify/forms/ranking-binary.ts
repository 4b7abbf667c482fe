/** ranking.binary: will the member take a positive action on this item (BINARY-1)? */
import { closed, orElse, share } from '../shapes.ts';
import { type Form, TASK_OPTIONS } from './form.ts';
import { drawnShareIn, oneItemRules } from './one-item.ts';

const options = closed({ ...TASK_OPTIONS, drawn: orElse(share, 0.5) });

/** The form ranking.binary. */
export const rankingBinary: Form = {
  name: 'ranking.binary',
  rulesOf({ options: written, field, vocabulary }) {
    const drawnShare = drawnShareIn(vocabulary, options(written, field).drawn);
    const isPositive = (rank: number) => vocabulary.actions[rank]?.positive ?? false;
    return {
      ...oneItemRules(vocabulary, drawnShare, ({ rank }) => (isPositive(rank) ? 'Yes' : 'No')),
      rule: ['BINARY-1', 'CAND-3'],
      labels: ['Yes', 'No'],
    };
  },
};
