/** Rules of which events there are and in which order, switched off one at a time. */
import type { PlantedRule } from './planted-rule.ts';

/** What is taken in. */
export const TAKEN_IN: readonly PlantedRule[] = [
  {
    builder: 'orders events of one time by their ids',
    check: 'question',
    rule: 'EVENT-4',
    file: 'src/timeline/order.ts',
    from: '    compareUtf8(hashOf(a), hashOf(b)) ||\n',
    to: '',
  },
  {
    builder: 'lets an item return at the very time at which it went',
    check: 'question',
    rule: 'EVENT-4',
    file: 'src/timeline/order.ts',
    from: '    a.deletes - b.deletes ||\n',
    to: '',
  },
  {
    builder: 'looks at the attributes of a delete, and refuses it',
    check: 'question',
    rule: 'EVENT-5',
    file: 'src/sources/validate-event.ts',
    from: 'if (isDelete(raw)) delete raw.attributes;',
    to: '',
  },
];
