/**
 * What builder and reference model say of a world, in words that both can say: they were written
 * apart, and the tests hold the two lists against each other.
 */
import { type Example, renderExamples } from '../../pipelines/render/render-question.ts';
import type { EventRecord, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { storedIdentity } from '../../src/forms/identity.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline } from '../../src/timeline/member-timeline.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { chatFrame } from '../../src/tokenize/chat-frame.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { comparePrompts, type JoinedPrompt } from '../../src/tokenize/joining-gate.ts';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { labelTablesOf } from '../../src/verify/reference/label-tables.ts';
import { type Corpus, corpusOf } from '../../src/verify/reference/tasks.ts';
import { type LoadedReferenceTokenizer, loadReferenceTokenizer } from '../../src/verify/tokenizer/load-tokenizer.ts';
import { everyOutcome, type Outcome } from '../timeline/outcomes.ts';
import { referenceMember } from './reference-member.ts';
import { buildWorld, deduplicate } from './whole-world.ts';

/** One row of a question. */
interface ToldRow {
  readonly variant: string;
  readonly ids: string;
  readonly ledger: string;
  readonly origins: readonly string[];
}

/** What one question came to. */
export interface Told {
  /** Its parts joined by U+001F. */
  readonly key: string;
  readonly fate: string;
  readonly label: string;
  /** When the label of a rendered question was settled, epoch ms; else 0. */
  readonly settledAt: number;
  /** When it closes (LABEL-3), epoch ms. */
  readonly closesAt: number;
  /** The items asked about with their reasons, where there are any. */
  readonly candidates: string;
  /** What a sidecar keeps of the opening event (ORIGIN-4), and how many actions were before it. */
  readonly met: string;
  readonly rows: readonly ToldRow[];
}

const byKey = (a: Told, b: Told) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** What of the records a build uses, as its take-in decides it. */
export function usedRecords(records: readonly EventRecord[]): EventRecord[] {
  const entities = Map.groupBy(records, (event) => `${event.type === 'item'}${entityOf(event)}`);
  return [...entities.values()].flatMap(
    (group) => takeInEntity(group.map((event, line) => ({ event, file: 0, line }))).used,
  );
}

/** Everything that the builder asks about the records, member by member. */
export function askBuilder(plan: RenderPlan, records: readonly EventRecord[], until: number | null): Outcome[] {
  const { vocabulary, section } = plan;
  const used = usedRecords(records);
  const items = createItemTable(
    used.filter((event): event is ItemEvent => event.type === 'item'),
    section.known,
  );
  const options = { vocabulary, known: section.known, heldOutSurfaces: new Set(section.holdout.surfaces) };
  const own = used.filter((event): event is MemberEvent | InteractionEvent => event.type !== 'item');
  return [...Map.groupBy(own, (event) => event.member_id)].flatMap(([member, events]) => {
    const timeline = createMemberTimeline(member as MemberId, events, options);
    return everyOutcome(timeline, { rules: plan.rules, vocabulary, items, says: plan.texts.says, from: null, until });
  });
}

/** What the builder says of all questions of the records, in order of key. */
export async function toldByBuilder(
  plan: RenderPlan,
  records: readonly EventRecord[],
  until: number | null,
): Promise<Told[]> {
  const told: Told[] = [];
  for (const outcome of askBuilder(plan, records, until)) {
    const { question, label } = outcome;
    const task = plan.tasks.find((each) => each.rules === outcome.task)!;
    const examples =
      question === undefined || label === undefined ? [] : await renderExamples(plan, task, { question, label });
    if (question !== undefined) await requireWhole(plan, examples, question.t);
    told.push({
      key: [...outcome.opening.reference, outcome.task.name, outcome.task.form].join(UNIT_SEPARATOR),
      fate: outcome.fate,
      label: label?.label ?? outcome.lostLabel ?? '',
      settledAt: label?.settledAt ?? 0,
      closesAt: outcome.closesAt,
      candidates: (label?.reasons ?? []).map((reason, i) => `${question?.items[i]?.itemId} ${reason}`).join(', '),
      met: question === undefined ? '' : metOf({ ...question.exposure, before: question.actionsBefore }),
      rows: examples.map(({ variant, ids, segments, ledger }) => ({
        variant,
        ids: ids.join(' '),
        ledger: ledgerOf({ ...ledger, stoppedAt: ledger.stopped_at }),
        origins: segments.map(({ role, event, version, level, fields }) =>
          [role, event, version, level, FIELD_RUNS.store(fields)].join('|'),
        ),
      })),
    });
  }
  return told.sort(byKey);
}

/** Joined ids are those of the whole text (TOKEN-3). Throws `tokens_differ`. */
async function requireWhole(plan: RenderPlan, examples: readonly Example[], t: number): Promise<void> {
  const prompts: JoinedPrompt[] = [];
  for (const { ids, promptLength, template } of examples) {
    const frame = await runEncoding(plan.tokenizer, chatFrame(plan.tokenizer, template.frames.optionsAt(t)));
    prompts.push({ template: template.template.id, ids: ids.subarray(0, promptLength), frame });
  }
  await comparePrompts(plan.tokenizer, prompts);
}

function metOf(
  met: Record<'surface' | 'slateId', string> & Record<'position' | 'propensity' | 'before', number>,
): string {
  const { surface, slateId, position, propensity, before } = met;
  return JSON.stringify({ surface, slateId, position, propensity, before });
}

function ledgerOf(ledger: Record<'shown' | 'available' | 'lowered' | 'used' | 'room', number> & { stoppedAt: string }) {
  const { shown, available, lowered, used, room, stoppedAt } = ledger;
  return `${shown} of ${available}, ${lowered} lowered, ${used} of ${room}, stopped at "${stoppedAt}"`;
}

/** Tokenizers of the reference, the one used last at the end: each has a thread of its own. */
const tokenizers = new Map<string, LoadedReferenceTokenizer>();
const TOKENIZERS_MAX = 6;

/** Ends the threads of the reference's tokenizers. */
export async function closeReferences(): Promise<void> {
  await Promise.all([...tokenizers.values()].map((tokenizer) => tokenizer.close()));
  tokenizers.clear();
}

/**
 * The corpus that the reference makes of raw records; `tokenizerPath` where the tokenizer lies in a
 * folder.
 */
export async function referenceCorpus(
  plan: RenderPlan,
  records: readonly unknown[],
  tokenizerPath?: string,
): Promise<Corpus> {
  // As it is stored: the checker fills its own defaults in.
  const identity = readAs(identitySchema, JSON.parse(JSON.stringify(storedIdentity(plan.identity))), 'identity');
  const { section, tokenizer } = plan.identity;
  const name = JSON.stringify([section.tokenizer, section.chat_template, tokenizer, tokenizerPath]);
  const reference = tokenizers.get(name) ?? loadReferenceTokenizer(identity, tokenizerPath);
  tokenizers.delete(name);
  tokenizers.set(name, reference);
  const [oldest = ''] = tokenizers.keys();
  if (tokenizers.size > TOKENIZERS_MAX) {
    await tokenizers.get(oldest)?.close();
    tokenizers.delete(oldest);
  }
  return corpusOf(buildWorld(await deduplicate(records), identity, reference));
}

/** What the reference says of all questions of a corpus, in order of key. */
export function toldOf(corpus: Corpus, until: number | null): Told[] {
  return [...corpus.timelines.keys()]
    .flatMap((member) => referenceMember(corpus, member, until ?? Number.POSITIVE_INFINITY))
    .map(({ question, rows }): Told => {
      const isRendered = question.fate === 'rendered';
      const { opening, measured } = question;
      const { slate = '', surface = '', position = -1, propensity = -1 } = opening.event;
      const ofItem = measured === 'item' ? { position, propensity } : { position: -1, propensity: -1 };
      const before = rows[0]?.prompt.past.actionsBefore ?? -1;
      return {
        key: question.key.join(UNIT_SEPARATOR),
        fate: question.fate,
        label: isRendered ? question.label : question.ledgerLabel,
        settledAt: isRendered ? question.settledAt : 0,
        closesAt: question.closesAt,
        candidates: isRendered ? question.candidates.map(({ item, reason }) => `${item} ${reason}`).join(', ') : '',
        met: isRendered ? metOf({ surface, slateId: measured === 'nothing' ? '' : slate, ...ofItem, before }) : '',
        rows: rows.map(({ variant, ids, ledger, pieces, prompt }) => ({
          variant,
          ids: ids.join(' '),
          ledger: ledgerOf({ ...ledger, stoppedAt: prompt.filling.stoppedAt }),
          origins: pieces.map(({ role, event, version, level, fields }) =>
            [role, event, version, level, fields].join('|'),
          ),
        })),
      };
    })
    .sort(byKey);
}

/** What the reference says of all questions of raw records, in order of key. */
export async function toldByReference(
  plan: RenderPlan,
  records: readonly unknown[],
  until: number | null,
): Promise<Told[]> {
  return toldOf(await referenceCorpus(plan, records), until);
}

/** The label tables of both, as JSON. */
export function labelTables(plan: RenderPlan, corpus: Corpus): { builder: string[]; reference: string[] } {
  const said = (tables: readonly { task: string; template: string; before: readonly number[]; labels: unknown }[]) =>
    tables.map(({ task, template, before, labels }) => JSON.stringify([task, template, before, labels])).sort();
  return { builder: said(plan.tables), reference: said(labelTablesOf(corpus)) };
}
