/** All questions of a member, asked in plain lists: the model of `askMember` and its forms. */
import { countWrong } from '../../src/forms/retrieval-choose.ts';
import type { ResolvedTask } from '../../src/forms/task-rules.ts';
import { closesAt } from '../../src/timeline/as-of.ts';
import { type ItemVersion, live } from '../../src/timeline/item-table.ts';
import type { Vocabulary } from '../../src/timeline/vocabulary.ts';
import type { HistoryEntry } from './outcomes.ts';
import {
  type PlainOpening,
  type PlainQuestionScope,
  type PlainScope,
  plainCandidates,
  plainCapped,
  plainDeciding,
  plainDisplay,
  plainDraw,
  plainHistory,
  plainInShare,
  plainNext,
  plainOpeners,
  plainOpenings,
  plainOrder,
  plainOther,
  plainSeen,
  plainSlate,
} from './plain-timeline.ts';

/** One question, as far as the timeline side decides it. */
export interface Told {
  readonly key: string;
  readonly fate: string;
  readonly t: number;
  readonly closesAt: number;
  /** Of a lost question the label that it would have; empty while it is pending. */
  readonly label: string;
  readonly settledAt?: number;
  readonly reasons?: readonly string[];
  readonly items?: readonly string[];
  readonly history?: readonly HistoryEntry[];
  readonly actionsBefore?: number;
}

/** How a member is asked. */
export interface PlainRules {
  readonly scope: Omit<PlainScope, 'noneRank'>;
  readonly tasks: readonly ResolvedTask[];
  readonly vocabulary: Vocabulary;
  readonly sessionGapMs: number;
  readonly latenessMs: number;
  readonly ask: { readonly share: number; readonly perMemberDay: number | undefined };
  readonly from: number | null;
  readonly until: number | null;
}

type Options = { drawn?: number; candidates: number; shown: number; random: number };
const optionsOf = (task: ResolvedTask) => task as unknown as Options;

/** Task by task in order of T. */
export function plainAsk(rules: PlainRules): Told[] {
  const { vocabulary, tasks, from, until } = rules;
  const { noneRank } = vocabulary;
  const scope: PlainScope = { ...rules.scope, noneRank };
  const { timeline } = scope;
  const all = tasks.map((task) => ({ task, openings: openingsOf(rules, task) }));
  const capped = plainCapped(
    scope,
    all.flatMap(({ openings }) => openings),
    rules.ask,
  );
  const told: Told[] = [];
  for (const { task, openings } of all) {
    for (const opening of openings) {
      const key = [...opening.reference, task.name, task.form];
      const closing = { windowMs: task.label_window, latenessMs: rules.latenessMs };
      const closes = closesAt(opening.t, timeline.knownAt[opening.event]!, closing);
      const question: PlainQuestionScope = { ...scope, ...closing, opening, key };
      const end = { key: key.join('\u001f'), t: opening.t, closesAt: closes };
      if (from !== null && closes <= from) continue;
      if (until !== null && closes > until) {
        told.push({ ...end, fate: 'pending', label: '' });
        continue;
      }
      const deciding = decidingOf(question, task, ownIdOf(question));
      const isPositive = vocabulary.isPositive(rankOf(question, deciding));
      if (task.form === 'retrieval.choose' && !isPositive) continue;
      const asked = capped.has(opening.event) ? 'capped' : itemsOf(question, task, rules);
      if (typeof asked === 'string') {
        told.push({ ...end, fate: asked, label: lostLabel(question, task, vocabulary) });
        continue;
      }
      const versions = asked.map(({ version }) => version);
      const isChosen = ['retrieval.choose', 'ranking.pairwise'].includes(task.form) || drawnOf(task) > 0;
      told.push({
        ...end,
        fate: 'rendered',
        ...settled(question, task, { asked, closes, vocabulary }),
        reasons: isChosen ? asked.map(({ reason }) => reason) : [],
        items: versions.map(({ eventId }) => eventId),
        history: plainOrder(task.strategy, plainHistory(question, isChosen ? versions : []), noneRank),
        actionsBefore: plainSeen(question).filter((i) => timeline.rank[i]! < noneRank).length,
      });
    }
  }
  return told;
}

const drawnOf = (task: ResolvedTask) => optionsOf(task).drawn ?? 0;
const ownIdOf = ({ timeline, opening }: PlainQuestionScope) => timeline.events[opening.event]!.item_id;
const rankOf = ({ timeline, noneRank }: PlainQuestionScope, event: number) => timeline.rank[event] ?? noneRank;

function openingsOf({ scope, sessionGapMs, vocabulary }: PlainRules, { form }: ResolvedTask): PlainOpening[] {
  const { timeline } = scope;
  const { rank, at, knownAt, events } = timeline;
  const all = [...rank.keys()].filter((i) => at[i] !== -8_640_000_000_000_000);
  if (form === 'next-action.action') {
    const actions = all.filter((i) => rank[i]! > 0 && rank[i]! < vocabulary.noneRank);
    return plainOpenings(timeline, actions, (i) => knownAt[i]! + 1);
  }
  const openers = plainOpeners(timeline, sessionGapMs);
  const sessions = plainOpenings(
    timeline,
    all.filter((i) => openers[i] === i),
    (i) => at[i]!,
  );
  if (form !== 'ranking.pairwise') return sessions;
  return sessions.filter(({ event }) => rank[event] === vocabulary.noneRank && events[event]!.slate_id !== undefined);
}

function decidingOf(question: PlainQuestionScope, task: ResolvedTask, itemId: string): number {
  return task.form === 'next-action.action' ? plainNext(question) : plainDeciding(question, itemId);
}

function labelOf(task: ResolvedTask, rank: number, vocabulary: Vocabulary): string {
  if (task.form === 'ranking.binary') return vocabulary.isPositive(rank) ? 'Yes' : 'No';
  return task.form === 'next-action.action' && rank === vocabulary.noneRank ? 'nothing more' : vocabulary.nameOf(rank);
}

function lostLabel(question: PlainQuestionScope, task: ResolvedTask, vocabulary: Vocabulary): string {
  return labelOf(task, rankOf(question, decidingOf(question, task, ownIdOf(question))), vocabulary);
}

type Asked = readonly { readonly version: ItemVersion; readonly reason: string }[];

function itemsOf(question: PlainQuestionScope, task: ResolvedTask, rules: PlainRules): Asked | string {
  const { items, opening, seed, key } = question;
  const id = ownIdOf(question);
  const drawn = drawnOf(task);
  const draws = drawn > 0 || task.form === 'retrieval.choose' || task.form === 'ranking.pairwise';
  const own = draws ? items.drawable(id, opening.t) : live(items.newestAt(id, opening.t));
  if (own === undefined) return 'item_unknown';
  if (task.form === 'retrieval.choose')
    return plainCandidates(question, own, countWrong(optionsOf(task))) ?? 'too_few_candidates';
  if (task.form === 'ranking.pairwise') return pairOf(question, own, rules) ?? 'too_few_candidates';
  if (drawn === 0 || !plainInShare(plainDraw(seed, 'drawn', key), drawn)) return [{ version: own, reason: 'right' }];
  const other = plainOther(question, own);
  return other === undefined ? 'too_few_candidates' : [{ version: other, reason: 'random' }];
}

function pairOf(question: PlainQuestionScope, own: ItemVersion, { sessionGapMs }: PlainRules): Asked | undefined {
  const { timeline, items, says, opening, seed, key } = question;
  const openers = plainOpeners(timeline, sessionGapMs);
  const strength = (id: string) => rankOf(question, plainDeciding(question, id));
  const ids = plainSlate(question)
    .filter((i) => openers[i]! < opening.event)
    .map((i) => timeline.events[i]!.item_id);
  const others = [...new Set(ids)]
    .filter((id) => id !== own.itemId && strength(id) !== strength(own.itemId))
    .map((id) => items.drawable(id, opening.t))
    .filter((version) => version !== undefined)
    .filter((version) => says(version) !== says(own))
    .sort((a, b) => Buffer.compare(Buffer.from(a.itemId), Buffer.from(b.itemId)));
  if (others.length === 0) return undefined;
  const other = others[plainDraw(seed, 'pair', [...key, '0']) % others.length]!;
  return plainDisplay(question, [
    { version: own, reason: 'own' },
    { version: other, reason: 'pair' },
  ]);
}

function settled(
  question: PlainQuestionScope,
  task: ResolvedTask,
  { asked, closes, vocabulary }: { asked: Asked; closes: number; vocabulary: Vocabulary },
): { label: string; settledAt: number } {
  const { knownAt } = question.timeline;
  const deciding = decidingOf(question, task, asked.length === 1 ? asked[0]!.version.itemId : ownIdOf(question));
  const rank = rankOf(question, deciding);
  const latest = task.label_window === 0 ? knownAt[question.opening.event]! : closes;
  const isEarly = deciding >= 0 && (rank === 0 || task.form === 'next-action.action');
  const settledAt = isEarly && task.form !== 'ranking.pairwise' ? knownAt[deciding]! : latest;
  if (task.form === 'retrieval.choose')
    return { label: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[asked.findIndex(({ reason }) => reason === 'right')]!, settledAt };
  if (task.form === 'ranking.pairwise') {
    const [a, b] = asked.map(({ version }) => rankOf(question, plainDeciding(question, version.itemId)));
    return { label: a! < b! ? 'A' : 'B', settledAt };
  }
  return { label: labelOf(task, rank, vocabulary), settledAt };
}
