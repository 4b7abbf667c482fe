/**
 * Small worlds for tests of the timeline: events by hand, a domain, tasks, and the questions that
 * come of them.
 */

import type { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import type { EventRecord, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { CorpusSection } from '../../src/forms/recipe.ts';
import { type CorpusRules, corpusRules, resolveTasks, type TaskRules } from '../../src/forms/task-rules.ts';
import { fieldText } from '../../src/prompt/field-text.ts';
import { fillPattern, parseLinePattern } from '../../src/prompt/line-pattern.ts';
import { createItemTable, type ItemTable, type Says } from '../../src/timeline/item-table.ts';
import { createMemberTimeline, type MemberTimeline } from '../../src/timeline/member-timeline.ts';
import type { Question } from '../../src/timeline/questions.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { entriesOf, everyOutcome, type Outcome, type Rendered } from './outcomes.ts';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** 10 January 2026, noon UTC. */
export const NOON = 1_768_046_400_000;

/** The jobs domain of the seed: applied > dismissed > viewed > did not interact. */
export const JOBS = Domain.parse({
  name: 'jobs',
  item: { one: 'job', many: 'jobs', line: '[Title: {title}, Location: {location}]' },
  profile: 'Current position: {position}.',
  exposures: ['impression'],
  actions: [
    { name: 'applied', will: 'apply', past: 'applied to', positive: true },
    { name: 'dismissed', will: 'dismiss', past: 'dismissed' },
    { name: 'viewed', will: 'view', past: 'viewed', positive: true },
  ],
  none: { name: 'did not interact', will: 'not interact' },
  ignored: ['scrolled'],
  at_exposure: ['device'],
});
/** The same without exposures, where tasks may draw items. */
export const SHOP = Domain.parse({ ...JOBS, name: 'shop', exposures: [], ignored: ['scrolled', 'impression'] });

/** Fields of events as a test writes them: ids are plain texts, which the builders take for ids. */
type Written<E extends z.ZodType> = Partial<z.input<E>>;

/** An event as a test writes it, its plain texts taken for ids. */
export const written = (event: z.input<typeof EventRecord>): EventRecord => event as EventRecord;

/** An interaction of the member `m`. */
export function did(
  action: string,
  item: string,
  at: InteractionEvent['event_time'],
  more: Written<typeof InteractionEvent> = {},
): InteractionEvent {
  const id = `${action}-${item}-${at}`;
  return {
    type: 'interaction',
    event_id: id,
    event_time: at,
    member_id: 'm',
    item_id: item,
    action,
    ...more,
  } as InteractionEvent;
}

export function item(id: string, at: ItemEvent['event_time'] = 0, more: Written<typeof ItemEvent> = {}): ItemEvent {
  return {
    type: 'item',
    event_id: `item-${id}-${at}`,
    event_time: at,
    item_id: id,
    op: 'upsert',
    attributes: { title: id },
    ...more,
  } as ItemEvent;
}

export function profile(at: MemberEvent['event_time'], more: Written<typeof MemberEvent> = {}): MemberEvent {
  return {
    type: 'member',
    event_id: `profile-${at}`,
    event_time: at,
    member_id: 'm',
    op: 'upsert',
    attributes: { position: `cook at ${at}` },
    ...more,
  } as MemberEvent;
}

export interface TaskOptions {
  readonly name?: string;
  readonly windowMs?: number;
  /** label_lateness. */
  readonly latenessMs?: number;
  readonly strategy?: string;
  readonly order?: string;
  /** How many wrong candidates of each kind, where the form takes any. */
  readonly shown?: number;
  readonly random?: number;
  readonly drawn?: number;
}

/** A task as a recipe would write it; where it draws items, in the domain without exposures. */
export function task(form: string, more: TaskOptions = {}, domain = (more.drawn ?? 0) > 0 ? SHOP : JOBS): TaskRules {
  const { windowMs = 7 * DAY, latenessMs = 0, shown = 0, random = 2, drawn, ...common } = more;
  const wrong = shown + random;
  const choice = { candidates: 1 + wrong, shown: shown / 25, random: random / 25 };
  const section = CorpusSection.parse({
    seed: 7,
    tokenizer: { path: 'none', sha256: '0'.repeat(64) },
    context: 2048,
    label_window: `${windowMs}ms`,
    label_lateness: `${latenessMs}ms`,
    tasks: [
      {
        form,
        ...common,
        ...(form === 'retrieval.choose' ? choice : {}),
        ...(drawn === undefined ? {} : { drawn }),
      },
    ],
  });
  const vocabulary = createVocabulary(domain);
  return corpusRules({ ...section, tasks: resolveTasks(section, vocabulary) }, vocabulary).tasks[0]!;
}

export interface WorldOptions {
  readonly tasks: readonly TaskRules[];
  readonly domain?: Domain;
  readonly known?: 'event_time' | 'ingest_time';
  readonly heldOutSurfaces?: readonly string[];
  readonly rules?: Partial<CorpusRules>;
  readonly from?: number | null;
  readonly until?: number | null;
  /** Of the items among the records; where undefined, one in memory. */
  readonly items?: ItemTable;
}

const isItem = (event: EventRecord): event is ItemEvent => event.type === 'item';

export function timelineOf(records: readonly EventRecord[], options: Omit<WorldOptions, 'tasks'> = {}): MemberTimeline {
  const own = records.filter((event) => !isItem(event));
  return createMemberTimeline(own[0]?.member_id ?? ('m' as MemberId), own, {
    vocabulary: createVocabulary(options.domain ?? JOBS),
    known: options.known ?? 'event_time',
    heldOutSurfaces: new Set(options.heldOutSurfaces ?? []),
  });
}

/** The item line before cutting, as a domain speaks it. */
export function lineOf({ item }: Domain): Says {
  const pattern = parseLinePattern(item.line);
  return ({ attributes }) =>
    fillPattern(
      pattern,
      pattern.slots.map(({ field }) => fieldText(attributes[field], 10_240)),
    ).text;
}

/** All outcomes for the records of one member and of items. */
export function ask(records: readonly EventRecord[], options: WorldOptions): Outcome[] {
  const known = options.known ?? 'event_time';
  const rules: CorpusRules = {
    seed: 7,
    sessionGapMs: 30 * MINUTE,
    maxEvents: undefined,
    ask: { seed: 7, share: 1, perMemberDay: undefined },
    tasks: options.tasks,
    ...options.rules,
  };
  const context = {
    rules,
    vocabulary: createVocabulary(options.domain ?? JOBS),
    items: options.items ?? createItemTable(records.filter(isItem), known),
    says: lineOf(options.domain ?? JOBS),
    from: options.from ?? null,
    until: options.until ?? null,
  };
  return everyOutcome(timelineOf(records, options), context);
}

/** The one question whose opening is the event with this id. */
export function questionAt(outcomes: readonly Outcome[], eventId: string): Question {
  return rendered(outcomes, eventId).question;
}

export function rendered(outcomes: readonly Outcome[], eventId: string): Rendered {
  const [found, ...others] = outcomes.filter((outcome) => outcome.question?.exposure.eventId === eventId);
  if (found === undefined || others.length > 0) throw new Error(`not one question at ${eventId}`);
  return found as Rendered;
}

/** History as `action item`, oldest first. */
export function historyOf(question: Question, domain: Domain = JOBS): string[] {
  return entriesOf(question.history)
    .sort((a, b) => a.event - b.event)
    .map(({ rank, version }) => `${domain.actions[rank]?.name ?? domain.none.name} ${version.itemId}`);
}

export const itemIdsOf = (question: Question): string[] => question.items.map((version) => version.itemId);
