/** Builder and reference model on one world: where they first say something else. */
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { readIdentity, storedIdentity } from '../../src/forms/identity.ts';
import type { Corpus } from '../../src/verify/reference/tasks.ts';
import { labelTables, referenceCorpus, type Told, toldByBuilder, toldOf } from '../verify/told.ts';
import type { Difference } from './long-run.ts';
import { type ReadyWorld, readyWorld, type World } from './worlds.ts';

/** What came of a world. */
export interface Outcome {
  /** The code of a world that the builder refuses. */
  readonly refused?: string;
  readonly questions: number;
  readonly rows: number;
  /** Questions by form and fate. */
  readonly fates: ReadonlyMap<string, number>;
  readonly difference?: Difference;
}

const NOTHING = { questions: 0, rows: 0, fates: new Map<string, number>() };

/** Compares all that both say of the world. */
export async function compareWorld(world: World): Promise<Outcome> {
  const ready = await saidBy('builder', () => readyWorld(world));
  if ('kind' in ready) return { ...NOTHING, difference: ready };
  if ('refused' in ready) return { ...NOTHING, refused: ready.refused };
  const { plan, records } = ready;
  const told = await saidBy('builder', () => toldByBuilder(plan, records, world.until));
  const counts = Array.isArray(told) ? countsOf(told) : NOTHING;
  const corpus = await saidBy('checker', () => referenceCorpus(plan, rawRecords(world)));
  const reference = 'kind' in corpus ? corpus : await saidBy('checker', async () => toldOf(corpus, world.until));
  const difference =
    differenceOfIdentity(ready) ??
    ('kind' in told ? told : undefined) ??
    ('kind' in corpus ? corpus : differenceOfTables(ready, corpus)) ??
    ('kind' in reference ? reference : 'kind' in told ? undefined : differenceOf(told, reference));
  return difference === undefined ? counts : { ...counts, difference };
}

function rawRecords({ lines }: World): unknown[] {
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** What a side says, or that it cannot. */
async function saidBy<T>(side: 'builder' | 'checker', say: () => Promise<T>): Promise<T | Difference> {
  try {
    return await say();
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    const where = /\/(src|pipelines|schemas)\/[^)\s]*/.exec(stack)?.[0] ?? '';
    const short = message.replace(/\s+/g, ' ').replace(/"[^"]*"/g, '"..."');
    const thrown = `throws ${name}: ${message} at ${where}`;
    const other = { builder: side === 'builder' ? thrown : '', checker: side === 'checker' ? thrown : '' };
    return { kind: `${side} throws ${short.slice(0, 120)}`, ...other };
  }
}

function countsOf(told: readonly Told[]): Omit<Outcome, 'difference'> {
  const fates = new Map<string, number>();
  for (const { key, fate } of told) {
    const name = `${formOf(key)} ${fate}`;
    fates.set(name, (fates.get(name) ?? 0) + 1);
  }
  return { questions: told.length, rows: told.reduce((sum, { rows }) => sum + rows.length, 0), fates };
}

const formOf = (key: string) => key.split(UNIT_SEPARATOR).at(-1)!;

/** An identity that is stored and read again is the same. */
function differenceOfIdentity({ plan: { identity } }: ReadyWorld): Difference | undefined {
  const read = readIdentity(storedIdentity(identity), { code: 'lake_broken', place: {} });
  const [builder, checker] = [JSON.stringify(identity), JSON.stringify(read)];
  return builder === checker ? undefined : { kind: 'identity read again', builder, checker };
}

function differenceOfTables({ plan }: ReadyWorld, corpus: Corpus): Difference | undefined {
  const { builder, reference } = labelTables(plan, corpus);
  const i = [...builder, ...reference].findIndex((_, i) => builder[i] !== reference[i]);
  if (i < 0) return undefined;
  return { kind: 'label tables', builder: builder[i] ?? 'none', checker: reference[i] ?? 'none' };
}

function differenceOf(builder: readonly Told[], checker: readonly Told[]): Difference | undefined {
  const theirs = new Map(checker.map((each) => [each.key, each]));
  const seen = new Set<string>();
  for (const ours of builder) {
    const form = formOf(ours.key);
    const say = (value: unknown) => `${ours.key.split(UNIT_SEPARATOR).join(' ')}: ${String(value)}`;
    if (seen.has(ours.key)) return { kind: `${form}: asked twice`, builder: say('twice'), checker: '' };
    seen.add(ours.key);
    const other = theirs.get(ours.key);
    if (other === undefined) return { kind: `${form}: ${ours.fate} / not asked`, builder: say(ours.fate), checker: '' };
    const difference = differenceOfQuestion(ours, other);
    if (difference === undefined) continue;
    const { what, a, b } = difference;
    return { kind: `${form}: ${what}`, builder: say(a), checker: say(b) };
  }
  const missing = checker.find(({ key }) => !seen.has(key));
  if (missing === undefined) return undefined;
  const { key, fate } = missing;
  return { kind: `${formOf(key)}: not asked / ${fate}`, builder: '', checker: key.split(UNIT_SEPARATOR).join(' ') };
}

/** Coarse things first: what they decide differs too. */
function differenceOfQuestion(ours: Told, theirs: Told): { what: string; a: unknown; b: unknown } | undefined {
  if (ours.fate !== theirs.fate) return { what: `${ours.fate} / ${theirs.fate}`, a: ours.fate, b: theirs.fate };
  for (const what of ['candidates', 'label', 'settledAt'] as const)
    if (ours[what] !== theirs[what]) return { what, a: ours[what], b: theirs[what] };
  const variants = (told: Told) => told.rows.map(({ variant }) => variant).join(', ');
  if (variants(ours) !== variants(theirs)) return { what: 'variants', a: variants(ours), b: variants(theirs) };
  for (const [i, row] of ours.rows.entries()) {
    const other = theirs.rows[i]!;
    for (const what of ['ledger', 'ids'] as const)
      if (row[what] !== other[what]) return { what, a: row[what], b: other[what] };
    const at = [...row.origins, ...other.origins].findIndex((_, at) => row.origins[at] !== other.origins[at]);
    if (at >= 0) return { what: 'origins', a: row.origins[at], b: other.origins[at] };
  }
  return undefined;
}
