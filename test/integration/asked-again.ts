/** Asks every row of a release again as a serving system does: by raw event lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import {
  askCandidates,
  type CandidatesWish,
  type EventRecord,
  openRelease,
  parseEventLine,
  planOfIdentity,
  releaseTokenizer,
  renderPrompt,
  takeInItems,
  takeInMember,
} from '../../src/index.ts';
import { parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';
import type { ReleaseRow } from '../../src/release/release-reader.ts';
import { KEY } from './brewhouse.ts';
import { shown } from './shown-row.ts';

/** What a release held, by name. */
export interface AskedAgain {
  readonly rows: number;
  readonly tasks: ReadonlySet<string>;
  readonly templates: ReadonlySet<string>;
  readonly splits: ReadonlySet<string>;
  /** Rows whose prompt has an exposure line. */
  readonly exposed: number;
}

/** All events of the folder's packed and plain files, line by line. */
export function eventsBelow(folder: string): EventRecord[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ndjson(\.gz)?$/.test(name),
  );
  return files.toSorted().flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n');
    return lines.flatMap((line) => {
      const parsed = parseEventLine(line);
      if (parsed?.ok === false) throw new Error(`${name}: ${parsed.message}`);
      return parsed === undefined ? [] : [parsed.event];
    });
  });
}

/** By digest and folder: the real sets share one, and loading it takes longer than asking. */
const tokenizers = new Map<string, ReturnType<typeof releaseTokenizer>>();

function tokenizerOf(
  identity: Parameters<typeof releaseTokenizer>[0],
  folder = '',
): ReturnType<typeof releaseTokenizer> {
  const key = `${identity.tokenizer.sha256} ${folder}`;
  const loaded = tokenizers.get(key) ?? releaseTokenizer(identity, folder === '' ? undefined : folder);
  tokenizers.set(key, loaded);
  return loaded;
}

/**
 * Asks and renders every row of the release, by its task, template, moment, surface and candidates
 * in their order, and compares the prompt, and where its answer is scored. What an exposure line
 * says beside the surface is taken from the event that the row's origins name.
 */
export async function askAgain(path: string, events: readonly EventRecord[], tokenizer?: string): Promise<AskedAgain> {
  const { manifest, row } = await openRelease(path);
  const plan = await planOfIdentity(manifest.identity, await tokenizerOf(manifest.identity, tokenizer));
  const { items } = takeInItems(plan, events);
  const hide = pseudonymsOf(parsePseudonymKey(KEY, 'the test'));
  const own = Map.groupBy(
    events.filter((event) => event.type !== 'item'),
    ({ member_id }) => member_id,
  );
  const timelines = new Map(
    [...own].map(([id, records]) => [hide.member(id), takeInMember(plan, id, records).timeline]),
  );
  const met = metBy(events, (id) => hide.event(id));
  const again = {
    rows: 0,
    tasks: new Set<string>(),
    templates: new Set<string>(),
    splits: new Set<string>(),
    exposed: 0,
  };
  for (const [split, { rows }] of Object.entries(manifest.splits)) {
    for (let i = 0; i < rows; i++) {
      const released = shown(await row(split, i));
      const { ids, meta } = released;
      const exposure = met.get(openingOf(released) ?? '');
      const wish: CandidatesWish = {
        ...{ plan, task: meta.task, template: meta.template, t: Number(meta.asked_at), candidates: meta.item_ids },
        ...(meta.surface === '' ? {} : { surface: meta.surface }),
        ...exposure,
      };
      const [asked, ...more] = askCandidates(timelines.get(meta.member)!, items, wish);
      const told = `${split} ${i}, ${meta.task} ${meta.template}`;
      if (asked?.question === undefined) throw new Error(`${told}: ${asked?.refusal.message}`);
      expect(more).toEqual([]);
      const prompt = await renderPrompt(plan, asked.template, asked.question);
      expect([...prompt.ids], told).toEqual([...ids.slice(0, prompt.ids.length)]);
      const table = manifest.label_tables.find((each) => each.task === meta.task && each.template === meta.template)!;
      const { token } = table.labels.find(({ label }) => label === meta.label)!;
      const scored = [...ids.slice(prompt.ids.length, prompt.ids.length + table.before.length + 1)];
      expect(scored, told).toEqual([...table.before, token]);
      expect(ids.at(-1), told).toBe(table.end);
      again.rows++;
      again.tasks.add(meta.task);
      again.templates.add(meta.template);
      again.splits.add(split);
      if (exposure !== undefined) again.exposed++;
    }
  }
  return again;
}

/** The pseudonym of the opening event, where the prompt has an exposure line (ORIGIN-2). */
function openingOf({ origin }: ReleaseRow): string | undefined {
  return origin.event[origin.level.indexOf('shown')];
}

/** What interactions say of how their item was met, by their ids' pseudonyms. */
function metBy(events: readonly EventRecord[], nameOf: (id: string) => string) {
  return new Map(
    events
      .filter((event) => event.type === 'interaction')
      .map(({ event_id, context, value, position }) => [
        nameOf(event_id),
        {
          ...(context === undefined ? {} : { context }),
          ...(value === undefined ? {} : { value }),
          ...(position === undefined ? {} : { position }),
        },
      ]),
  );
}
