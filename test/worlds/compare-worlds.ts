/** Builder and reference model on one world: where they first say something else. */
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { BrewhouseError, EXIT } from '../../src/errors.ts';
import { readIdentity, storedIdentity } from '../../src/forms/identity.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { recipeFaults } from '../../src/verify/reference/recipe-law.ts';
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
  if (!('value' in ready)) return { ...NOTHING, ...ready };
  const { plan, records } = ready.value;
  const told = await saidBy('builder', () => toldByBuilder(plan, records, world.until));
  if (!('value' in told)) return { ...NOTHING, ...told };
  const counts = countsOf(told.value);
  const { tokenizer } = world.recipe.corpus;
  const folder = 'path' in tokenizer ? tokenizer.path : undefined;
  const corpus = await saidBy('checker', () => referenceCorpus(plan, rawRecords(world), folder));
  if (!('value' in corpus)) return { ...counts, ...corpus };
  const reference = await saidBy('checker', async () => toldOf(corpus.value, world.until));
  if (!('value' in reference)) return { ...counts, ...reference };
  const difference =
    differenceOfIdentity(ready.value) ??
    differenceOfLaw(corpus.value) ??
    differenceOfTables(ready.value, corpus.value) ??
    differenceOf(told.value, reference.value, plan.tokenizer);
  return difference === undefined ? counts : { ...counts, difference };
}

function rawRecords({ lines }: World): unknown[] {
  return lines.map((line) => JSON.parse(line) as unknown);
}

/**
 * What a side says, or that it cannot. What the builder refuses is no difference, also while it
 * renders: a level may be too short for a text that only an event holds (CUT-2).
 */
export async function saidBy<T>(
  side: 'builder' | 'checker',
  say: () => Promise<T>,
): Promise<{ readonly value: T } | Pick<Outcome, 'difference' | 'refused'>> {
  try {
    return { value: await say() };
  } catch (error) {
    const isRefusal = side === 'builder' && error instanceof BrewhouseError && error.exitCode === EXIT.usage;
    if (isRefusal) return { refused: error.code };
    const { name, message, stack = '' } = error as Error;
    const where = /\/(src|pipelines|schemas)\/[^)\s]*/.exec(stack)?.[0] ?? '';
    const short = message
      .replace(/\s+/g, ' ')
      .replace(/"[^"]*"/g, '"..."')
      .replace(/\d+/g, 'N')
      .slice(0, 120);
    const thrown = `throws ${name}: ${message} at ${where}`;
    const other = { builder: side === 'builder' ? thrown : '', checker: side === 'checker' ? thrown : '' };
    return { difference: { kind: `${side} throws ${short}`, ...other } };
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

/** What the builder takes is allowed. */
function differenceOfLaw(corpus: Corpus): Difference | undefined {
  const [fault] = recipeFaults(corpus);
  return fault && { kind: `taken / ${fault.rule.join()}`, builder: 'takes it', checker: fault.detail };
}

function differenceOfTables({ plan }: ReadyWorld, corpus: Corpus): Difference | undefined {
  const { builder, reference } = labelTables(plan, corpus);
  const i = [...builder, ...reference].findIndex((_, i) => builder[i] !== reference[i]);
  if (i < 0) return undefined;
  return { kind: 'label tables', builder: builder[i] ?? 'none', checker: reference[i] ?? 'none' };
}

function differenceOf(
  builder: readonly Told[],
  checker: readonly Told[],
  tokenizer: Pick<LoadedTokenizer, 'decode'>,
): Difference | undefined {
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
    const near = (text: unknown) =>
      what === 'ids' ? tokenizer.decode(nearDifference(String(text), String(text === a ? b : a))) : text;
    return { kind: `${form}: ${what}`, builder: say(near(a)), checker: say(near(b)) };
  }
  const missing = checker.find(({ key }) => !seen.has(key));
  if (missing === undefined) return undefined;
  const { key, fate } = missing;
  return { kind: `${formOf(key)}: not asked / ${fate}`, builder: '', checker: key.split(UNIT_SEPARATOR).join(' ') };
}

/** The ids around the first that differs. */
function nearDifference(ids: string, other: string): number[] {
  const [own, others] = [ids, other].map((text) => text.split(' ').map(Number)) as [number[], number[]];
  const at = own.findIndex((id, i) => id !== others[i]);
  return own.slice(Math.max(0, at - 12), at + 24);
}

/** Coarse things first: what they decide differs too. */
function differenceOfQuestion(ours: Told, theirs: Told): { what: string; a: unknown; b: unknown } | undefined {
  if (ours.fate !== theirs.fate) return { what: `${ours.fate} / ${theirs.fate}`, a: ours.fate, b: theirs.fate };
  for (const what of ['candidates', 'label', 'settledAt', 'closesAt', 'met'] as const)
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
