/**
 * The laws of the builder as properties of arbitrary worlds: order and copies, AS OF T, and labels
 * that no prompt can know.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord, InteractionEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import type { ItemVersion } from '../../src/timeline/item-table.ts';
import type { Question } from '../../src/timeline/questions.ts';
import type { WorldOptions } from './events.ts';
import { entriesOf, plainOutcomes, type Rendered } from './outcomes.ts';
import { ACTIONS, anyOptions, anyRecords, askAll, keyOf, moreRecords, renderedOf } from './worlds.ts';

/** Plain, and without what numbers it in the timeline and in the item table. */
function viewOf(question: Question): unknown {
  const { history, items, ...rest } = question;
  const withoutNumber = ({ number, ...version }: ItemVersion) => version;
  return {
    ...rest,
    items: items.map(withoutNumber),
    // Places move with events that are added; the order stays and is compared with the list.
    history: entriesOf(history).map(({ event, version, ...entry }) => ({ ...entry, version: withoutNumber(version) })),
  };
}

const openingOf = (records: readonly EventRecord[], asked: Rendered): InteractionEvent =>
  records.find(
    (event): event is InteractionEvent =>
      event.type === 'interaction' &&
      event.event_id === asked.question.exposure.eventId &&
      event.member_id === asked.question.memberId,
  )!;

describe('ORDER AND COPIES', () => {
  const disordered = anyRecords.chain((records) =>
    fc
      .array(fc.tuple(fc.nat(records.length - 1), fc.nat(3)), { maxLength: 30 })
      .map((copies) => [
        ...records,
        // A copy that came later: ingest_time is no part of the content, and the least counts.
        ...copies.map(([i, later]) => {
          const event = records[i]!;
          return event.ingest_time === undefined ? event : { ...event, ingest_time: event.ingest_time + later };
        }),
      ])
      .chain((all) =>
        fc.tuple(fc.constant(records), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
      ),
  );

  it('shuffling and duplicating records changes no question, label or fate', () => {
    fc.assert(
      fc.property(disordered, anyOptions, ([records, others], options) => {
        expect(plainOutcomes(askAll(others, options))).toEqual(plainOutcomes(askAll(records, options)));
      }),
      { numRuns: 120, seed: 7 },
    );
  });
});

/**
 * What may be added without a question asked at T changing: all that was not known before T, but
 * for what the rules read otherwise: versions of the opening's own item with event_time <= T (an
 * item must be there to be shown, so it is read by event_time <= T), and for retrieval.choose the
 * exposures of the opening's slate with event_time <= T (the slate is what was put before the
 * member at T) and this member's actions in [T, T + W) (they bar wrong candidates, and say whether
 * choose is asked at all).
 */
function isBehind(added: EventRecord, asked: Rendered, opening: InteractionEvent, options: WorldOptions): boolean {
  const { at, knownAt } = eventTimes(added, options.known ?? 'event_time');
  const { t, task, memberId } = asked.question;
  if (knownAt < t) return false;
  if (added.type === 'item') return added.item_id !== opening.item_id || at > t;
  if (task.form !== 'retrieval.choose' || added.type === 'member' || added.member_id !== memberId) return true;
  const isSlate = at <= t && opening.slate_id !== undefined && added.slate_id === opening.slate_id;
  return !isSlate && (added.action === 'impression' || at < t || at >= t + task.windowMs);
}

const picks = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });
const pick = (asked: readonly Rendered[], numbers: readonly number[]) =>
  asked.length === 0 ? [] : numbers.map((n) => asked[n % asked.length]!);

describe('AS OF T', () => {
  it('nothing that was not known before T changes the view of a question asked at T', () => {
    let compared = 0;
    fc.assert(
      fc.property(anyRecords, moreRecords, anyOptions, picks, (records, more, options, numbers) => {
        for (const asked of pick(renderedOf(askAll(records, options)), numbers)) {
          const opening = openingOf(records, asked);
          const added = more.filter((event) => isBehind(event, asked, opening, options));
          const again = renderedOf(askAll([...records, ...added], options)).find(
            (other) => keyOf(other) === keyOf(asked),
          );
          // Only another event of the member with event_time <= T can open the question in its
          // place, or bridge its session.
          const mayOpen = added.some(
            (event) =>
              event.type === 'interaction' &&
              event.member_id === opening.member_id &&
              eventTimes(event, 'event_time').at <= asked.question.t,
          );
          if (!mayOpen) expect(again, keyOf(asked)).toBeDefined();
          if (again === undefined) continue;
          expect(viewOf(again.question)).toEqual(viewOf(asked.question));
          if (added.length > 0) compared++;
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});

describe('THE LABEL IS NOT IN THE QUESTION', () => {
  it('other actions from T on give other labels and the same question', () => {
    const differing = new Map<string, number>();
    const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(anyRecords, anyOptions, actions, picks, (records, options, others, numbers) => {
        for (const asked of pick(renderedOf(askAll(records, options)), numbers)) {
          const { t, task, memberId } = asked.question;
          const opening = openingOf(records, asked);
          // For retrieval.choose on the right item alone: actions on others bar them, right or
          // wrong alike.
          const changes = (event: EventRecord): event is InteractionEvent =>
            event.type === 'interaction' &&
            event.member_id === memberId &&
            event.action !== 'scrolled' &&
            eventTimes(event, 'event_time').at >= t &&
            (task.form !== 'retrieval.choose' || event.item_id === opening.item_id);
          const changed = records.map((event, i) =>
            changes(event) ? { ...event, action: spoken(others[i % others.length]!, options) } : event,
          );
          const again = renderedOf(askAll(changed, options)).find((other) => keyOf(other) === keyOf(asked));
          if (task.form !== 'retrieval.choose') expect(again, keyOf(asked)).toBeDefined();
          if (again === undefined) continue;
          expect(viewOf(again.question)).toEqual(viewOf(asked.question));
          if (again.label.label !== asked.label.label || again.label.settledAt !== asked.label.settledAt)
            differing.set(task.form, (differing.get(task.form) ?? 0) + 1);
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    expect([...differing.keys()].sort()).toEqual([
      'next-action.action',
      'ranking.binary',
      'ranking.pointwise',
      'retrieval.choose',
    ]);
    for (const [, count] of differing) expect(count).toBeGreaterThan(2);
  });
});

describe('WHAT IS KNOWN WHEN A QUESTION CLOSES (LABEL-5)', () => {
  it('is all of its label: what becomes known from closes_at on changes none, and none is settled later', () => {
    let compared = 0;
    const late = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 3 })), { minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(anyRecords, late, anyOptions, picks, (records, lateOnes, options, numbers) => {
        const known = { ...options, known: 'ingest_time' as const };
        for (const asked of pick(renderedOf(askAll(records, known)), numbers)) {
          const { closesAt, question } = asked;
          expect(asked.label.settledAt).toBeLessThanOrEqual(closesAt);
          // Actions in the window or before it that come in when it is closed.
          const added = lateOnes.map(([n, days], i): EventRecord => {
            const { event_time: _at, event_id: _id, ...model } = openingOf(records, asked);
            const action = spoken(ACTIONS[n % ACTIONS.length]!, options);
            const at = question.t + 1 + days * 40_000_000;
            const ingest = closesAt + (n % 3);
            return { ...model, action, event_time: at, event_id: `late${i}`, ingest_time: ingest } as EventRecord;
          });
          const again = renderedOf(askAll([...records, ...added], known)).find(
            (other) => keyOf(other) === keyOf(asked),
          );
          expect(again?.label, keyOf(asked)).toEqual(asked.label);
          expect(viewOf(again!.question)).toEqual(viewOf(asked.question));
          compared++;
        }
      }),
      { numRuns: 30, seed: 7 },
    );
    expect(compared).toBeGreaterThan(75);
  });
});

/** Where the domain has no exposures an impression is ignored, and would take the opening away. */
function spoken(action: string, { domain }: WorldOptions): string {
  return domain?.exposures.length === 0 && action === 'impression' ? 'viewed' : action;
}
