/**
 * What a serving system asks is what training showed: every row of a release, made anew by
 * `askCandidates`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import {
  askCandidates,
  createItemTable,
  createMemberTimeline,
  type MemberTimeline,
  openRelease,
  planOfIdentity,
  type RenderPlan,
  releaseTokenizer,
  renderPrompt,
} from '../../src/index.ts';
import { parsePseudonymKey, pseudonym } from '../../src/release/pseudonyms.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { KEY, tempFolder } from './brewhouse.ts';
import { build, makeSmallWorld, release } from './small-world.ts';

const folder = tempFolder();
let path = '';
const records: EventRecord[] = [];

beforeAll(async () => {
  const world = await makeSmallWorld(folder, { members: 40 });
  await build(world, join(folder, 'lake'));
  ({ path } = await release(world, join(folder, 'lake')));
  for (const name of readdirSync(world.events).filter((each) => each.endsWith('.gz')))
    for await (const batch of readEventFile(join(world.events, name)))
      records.push(...batch.flatMap(({ outcome }) => (outcome.ok ? [outcome.event] : [])));
});

/** Timelines of all members, by pseudonym. */
function timelinesBy(plan: RenderPlan): Map<string, MemberTimeline> {
  const { vocabulary, section } = plan;
  const options = { vocabulary, known: section.known, heldOutSurfaces: new Set(section.holdout.surfaces) };
  const own = Map.groupBy(
    records.filter((record) => record.type !== 'item'),
    ({ member_id }) => member_id,
  );
  const key = parsePseudonymKey(KEY, 'the test');
  return new Map(
    [...own].map(([id, events]) => [
      pseudonym(key, 'member', id),
      createMemberTimeline(id as MemberId, events, options),
    ]),
  );
}

it('asks every row of a release again, to the same prompt', async () => {
  const { manifest, row } = await openRelease(path);
  const plan = await planOfIdentity(manifest.identity, await releaseTokenizer(manifest.identity));
  const timelines = timelinesBy(plan);
  const items = createItemTable(
    records.filter((record) => record.type === 'item'),
    plan.section.known,
  );
  const seen = new Set<string>();
  for (const [split, { rows }] of Object.entries(manifest.splits)) {
    for (let i = 0; i < rows; i++) {
      const { ids, labels, meta } = await row(split, i);
      const { task, template, asked_at: t, surface, item_ids: candidates } = meta;
      const met = { t: Number(t), ...(surface === '' ? {} : { surface }), candidates };
      const [asked, ...more] = askCandidates(timelines.get(meta.member)!, items, { plan, task, template, ...met });
      expect(more).toEqual([]);
      if (asked === undefined || !('question' in asked)) throw new Error(`nothing is asked of ${split} ${i}`);
      const prompt = await renderPrompt(plan, asked.template, asked.question);
      const answer = labels.findIndex((label) => label !== -100);
      expect([...prompt.ids], `${split} ${i}, ${task}`).toEqual([...ids.slice(0, answer)]);
      seen.add(task);
    }
  }
  expect([...seen].sort()).toEqual(plan.tasks.map(({ rules }) => rules.name).sort());
});
