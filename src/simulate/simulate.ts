/**
 * The seeded jobs marketplace: event files, their domain, and what an oracle knows of each
 * question.
 */

import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS } from '../../schemas/durations.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { writing } from '../adapters/filesystem/user-files.ts';
import { recordOf } from '../checked.ts';
import { shippedFolder } from '../config.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { DAYS_MAX } from './choice-model.ts';
import { createEventLines, type Disorder, type EventLines } from './event-lines.ts';
import { createItems, itemEvents } from './items.ts';
import { memberInteractions } from './member-interactions.ts';
import { memberProfile } from './member-profile.ts';
import { type Marketplace, memberExposures } from './member-visits.ts';
import { createNumberedFiles, type NumberedFiles } from './numbered-files.ts';
import { answerQuestions } from './oracle.ts';
import { createOracleFiles, type OracleFiles, type OracleSummary } from './oracle-files.ts';
import { randomFor } from './random.ts';
import { createShuffledLines } from './shuffled-lines.ts';

/** The first moment after a simulation, UTC ms: the demo recipe's `until`. */
export const SIMULATION_END = Date.UTC(2026, 2, 1);
/** The most members: ids have seven digits. */
export const MEMBERS_MAX = 10_000_000;
const REPORT_EVERY = 100;
const KINDS = ['items', 'members', 'interactions'] as const;
type Kind = (typeof KINDS)[number];

/** What to simulate and where to write it. */
export interface SimulationOptions {
  /** Whole, 1 to MEMBERS_MAX. */
  readonly members: number;
  readonly seed: number | string;
  /**
   * The folder to write, made if missing. It may hold an earlier simulation, which is replaced, but
   * nothing else.
   */
  readonly out: string;
  /** Whole UTC days before SIMULATION_END, 1 to DAYS_MAX. */
  readonly days: number;
  /** Share of lines written twice, 0 to 1. */
  readonly duplicates: number;
  readonly shuffle: boolean;
  /** Share of events that arrive late, 0 to 1; above 0 every event gets an `ingest_time`. */
  readonly late: number;
  /** False for the control world, in which a longer history tells nothing. */
  readonly memory: boolean;
}

/** What was written. */
export interface SimulationSummary {
  readonly members: number;
  readonly items: number;
  readonly events: { readonly member: number; readonly item: number; readonly interaction: number };
  /** Lines of event files, duplicates included. */
  readonly lines: number;
  readonly duplicates: number;
  /** Events that arrive late. */
  readonly late: number;
  /** Event files. */
  readonly files: number;
  /** The most interactions of one member: so many were held at once. */
  readonly heldEventsMax: number;
  readonly oracle: OracleSummary;
}

interface Output {
  readonly files: NumberedFiles;
  readonly lines: EventLines;
  events: number;
}

/**
 * Writes `items-*`, `members-*` and `interactions-*.ndjson.gz`, `domain.yaml` and `oracle/` into
 * `options.out`. The same options make the same bytes; `duplicates`, `shuffle` and `late` do not
 * change the set of events; `memory` changes actions alone. Says the members done of all.
 * Bound: the items, and one member, since each is made from draws of its own. Throws BrewhouseError
 * `usage`, `disk_full`, `store_refused`.
 */
export async function simulate(options: SimulationOptions, effects = PROCESS_EFFECTS): Promise<SimulationSummary> {
  checkOptions(options);
  return writing(options.out, () => writeSimulation(options, effects));
}

async function writeSimulation(options: SimulationOptions, effects: Effects): Promise<SimulationSummary> {
  await prepareFolder(options.out);
  await copyFile(join(shippedFolder('domains'), 'demo.yaml'), join(options.out, 'domain.yaml'));
  const seed = String(options.seed);
  const calendar = { start: SIMULATION_END - options.days * DAY_MS, end: SIMULATION_END, days: options.days };
  const items = createItems(seed, options.members, calendar);
  const outputs = recordOf(KINDS, (kind) => openOutput(options, kind));
  const oracle = createOracleFiles(join(options.out, 'oracle'), { memory: options.memory, end: SIMULATION_END });
  for (let index = 0; index < items.count; index++) await writeAll(outputs.items, itemEvents(seed, index, calendar));
  let heldEventsMax = 0;
  for (let index = 0; index < options.members; index++) {
    const held = await writeMember({ seed, calendar, items, memory: options.memory }, index, { outputs, oracle });
    heldEventsMax = Math.max(heldEventsMax, held);
    const done = index + 1;
    if (done % REPORT_EVERY === 0 || done === options.members) {
      effects.signal.throwIfAborted();
      const rate = { count: done, unit: 'members' };
      effects.observe({ kind: 'progress', step: 'simulating members', done, total: options.members, rate });
    }
  }
  const counts = await finishOutputs(outputs);
  return { members: options.members, items: items.count, ...counts, heldEventsMax, oracle: await oracle.finish() };
}

type MemberFiles = { readonly outputs: Record<Kind, Output>; readonly oracle: OracleFiles };

/** Returns the number of the member's interactions. */
async function writeMember(market: Marketplace, index: number, to: MemberFiles): Promise<number> {
  const profile = memberProfile(market.seed, index, market.calendar);
  await writeAll(to.outputs.members, profile.events);
  const exposures = memberExposures(market, index, profile);
  const interactions = memberInteractions(profile.memberId, exposures, market.calendar.end);
  await writeAll(to.outputs.interactions, interactions.events);
  await to.oracle.write(profile.memberId, answerQuestions(interactions, market.memory));
  return interactions.events.length;
}

async function writeAll(output: Output, events: readonly EventRecord[]): Promise<void> {
  for (const event of events) await output.lines.write(event);
  output.events += events.length;
}

function openOutput(options: SimulationOptions, kind: Kind): Output {
  const seed = String(options.seed);
  const files = createNumberedFiles(options.out, kind, '.ndjson.gz');
  const folder = join(options.out, `.shuffle-${kind}`);
  const sink = options.shuffle ? createShuffledLines(folder, randomFor(seed, 'shuffle', kind), files) : files;
  const disorder: Disorder = { duplicates: options.duplicates, late: options.late > 0 ? options.late : undefined };
  return { files, lines: createEventLines(sink, disorder, randomFor(seed, 'disorder', kind)), events: 0 };
}

async function finishOutputs(outputs: Record<Kind, Output>) {
  let [lines, duplicates, late, files] = [0, 0, 0, 0];
  for (const kind of KINDS) {
    const counts = await outputs[kind].lines.finish();
    lines += counts.lines;
    duplicates += counts.copies;
    late += counts.late;
    files += outputs[kind].files.fileCount();
  }
  const { items, members, interactions } = outputs;
  const events = { member: members.events, item: items.events, interaction: interactions.events };
  return { events, lines, duplicates, late, files };
}

function checkOptions(options: SimulationOptions): void {
  const whole = (flag: string, value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new BrewhouseError('usage', `--${flag} is ${value}`, { remedy: `give a whole number from 1 to ${most}` });
    }
  };
  const share = (flag: string, value: number) => {
    if (!(value >= 0 && value <= 1))
      throw new BrewhouseError('usage', `--${flag} is ${value}`, { remedy: 'give a share from 0 to 1' });
  };
  whole('members', options.members, MEMBERS_MAX);
  whole('days', options.days, DAYS_MAX);
  share('duplicates', options.duplicates);
  share('late', options.late);
}

/** What a simulation leaves in its folder. Where anything else is in it, nothing is touched. */
const OURS =
  /^(?:(?:items|members|interactions)-\d{5}\.ndjson\.gz|domain\.yaml|oracle|\.shuffle-(?:items|members|interactions))$/;

async function prepareFolder(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const names = await readdir(out);
  const foreign = names.find((name) => !OURS.test(name));
  if (foreign !== undefined) {
    throw new BrewhouseError('usage', `the folder ${out} holds ${foreign}, which no simulation wrote`, {
      remedy: 'choose an empty or new folder with --out',
    });
  }
  for (const name of names) await rm(join(out, name), { recursive: true });
  await mkdir(join(out, 'oracle'));
}
