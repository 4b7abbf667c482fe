/** What the simulated marketplace writes: valid, rich, repeatable events. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../schemas/durations.ts';
import { EventRecord, type InteractionEvent } from '../../schemas/event.ts';
import { DESCRIPTION_WORDS_MAX, DESCRIPTION_WORDS_MIN } from '../../src/simulate/item-text.ts';
import { SIMULATION_END } from '../../src/simulate/simulate.ts';
import { makeFolder, readEvents, simulateInto } from './read-simulation.ts';

const clean = makeFolder();
const summary = await simulateInto(clean, { members: 150, days: 60 });
const events = readEvents(clean);
const records = events.map((line) => EventRecord.parse({ ...line, event_time: Date.parse(line.event_time) }));
const interactions = records.filter((record): record is InteractionEvent => record.type === 'interaction');

function fileHashes(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(
      (entry) =>
        `${entry.name} ${createHash('sha256')
          .update(readFileSync(join(entry.parentPath, entry.name)))
          .digest('hex')}`,
    )
    .sort();
}

describe('the marketplace', () => {
  it('writes every line as a valid event with an ISO time in UTC with milliseconds, inside the asked days', () => {
    for (const { event_time } of events) {
      expect(event_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const at = Date.parse(event_time);
      expect(at >= SIMULATION_END - 60 * DAY_MS && at < SIMULATION_END).toBe(true);
    }
    const count = (type: string) => records.filter((record) => record.type === type).length;
    expect(summary.events).toEqual({ member: count('member'), item: count('item'), interaction: count('interaction') });
  });

  it('gives each event an id of its own that names no action', () => {
    expect(new Set(records.map((record) => record.event_id)).size).toBe(records.length);
    for (const { event_id } of interactions) expect(event_id).toMatch(/^i-m-\d{7}-\d+$/);
  });

  it('writes the same bytes for the same options, and others for another seed', async () => {
    const [again, other] = [makeFolder(), makeFolder()];
    await simulateInto(again, { members: 150, days: 60 });
    await simulateInto(other, { members: 150, days: 60, seed: 8 });
    expect(fileHashes(again)).toEqual(fileHashes(clean));
    expect(fileHashes(other)).not.toEqual(fileHashes(clean));
  });

  it('exposes slates of at most 8 items at one moment, with position, policy and propensity, and no item twice', () => {
    const slates = Map.groupBy(
      interactions.filter(({ action }) => action === 'impression'),
      (event) => event.slate_id,
    );
    for (const slate of slates.values()) {
      expect(slate.length).toBeLessThanOrEqual(8);
      expect(new Set(slate.map((event) => event.event_time)).size).toBe(1);
      expect(slate.map((event) => event.position)).toEqual(slate.map((_, place) => place));
      for (const event of slate) {
        expect(event.policy).toBeTypeOf('string');
        expect(event.propensity! > 0 && event.propensity! <= 1).toBe(true);
      }
    }
    const shown = interactions
      .filter(({ action }) => action === 'impression')
      .map((e) => `${e.member_id} ${e.item_id}`);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it('lets actions follow their impression in its session, an application its view', () => {
    const byItem = Map.groupBy(interactions, (event) => `${event.member_id} ${event.item_id}`);
    for (const [impression, ...actions] of byItem.values()) {
      expect(impression!.action).toBe('impression');
      expect(['', 'viewed', 'dismissed', 'viewed applied']).toContain(actions.map((event) => event.action).join(' '));
      for (const event of actions) {
        expect(Number(event.event_time)).toBeGreaterThan(Number(impression!.event_time));
        expect(event.session_id).toBe(impression!.session_id);
      }
    }
  });

  it('shows only items that stand: posted before and not deleted, with a member whose profile is known', () => {
    const items = Map.groupBy(
      records.filter((record) => record.type === 'item'),
      (event) => event.item_id,
    );
    const members = Map.groupBy(
      records.filter((record) => record.type === 'member'),
      (event) => event.member_id,
    );
    for (const { item_id, member_id, event_time } of interactions) {
      const versions = items.get(item_id)!.filter((event) => Number(event.event_time) < Number(event_time));
      expect(versions.length).toBeGreaterThan(0);
      expect(versions.some((event) => event.op === 'delete')).toBe(false);
      expect(Number(members.get(member_id)![0]!.event_time)).toBeLessThan(Number(event_time));
    }
    const ops = [...items.values()].map((versions) => versions.map((event) => event.op).join(' '));
    expect(new Set(ops)).toEqual(new Set(['upsert', 'upsert delete', 'upsert upsert', 'upsert upsert delete']));
    expect([...members.values()].some((versions) => versions.length > 1)).toBe(true);
  });

  it('tells items in varied texts of 25 to 90 words', () => {
    const texts = events
      .filter((event) => event.type === 'item' && event.op === 'upsert')
      .map((event) => event.attributes as Record<string, string>);
    for (const text of texts) {
      expect(Object.keys(text)).toEqual(['title', 'location', 'country', 'company', 'description']);
      expect(Object.values(text).join(' ')).not.toMatch(/[{}]|undefined|\s\s/);
      const words = text.description!.split(' ').length;
      expect(words >= DESCRIPTION_WORDS_MIN && words <= DESCRIPTION_WORDS_MAX, text.description).toBe(true);
    }
    expect(new Set(texts.map((text) => text.description)).size).toBeGreaterThan(0.99 * texts.length);
  });

  it('is looked at by few members very often and by many seldom', () => {
    const sizes = [...Map.groupBy(interactions, (event) => event.member_id).values()]
      .map((own) => own.length)
      .sort((a, b) => a - b);
    expect(sizes.at(-1)).toBeGreaterThan(1_000);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(50);
  });

  it('puts the shipped domain beside the events', () => {
    const shipped = readFileSync(new URL('../../pipelines/domains/demo.yaml', import.meta.url), 'utf8');
    expect(readFileSync(join(clean, 'domain.yaml'), 'utf8')).toBe(shipped);
  });
});
