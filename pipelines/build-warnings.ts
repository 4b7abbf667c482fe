/**
 * What events and domain say of each other: actions that must be known, names that no event has,
 * dead records.
 */
import type { Domain } from '../schemas/domain.ts';
import { looksLikeSeconds } from '../schemas/event-time.ts';
import type { CorpusSection } from '../schemas/recipe.ts';
import { quotedName } from '../src/errors.ts';
import { longestWindowMs, type TaskRules } from '../src/forms/task-rules.ts';
import type { RecordCounts } from '../src/lake/timeline-records.ts';
import { ENDINGS_SAID } from '../src/sources/event-files.ts';
import { countLate } from '../src/timeline/lateness.ts';
import type { TimelineStats } from '../src/timeline/timeline-stats.ts';
import { createVocabulary, unknownAction } from '../src/timeline/vocabulary.ts';
import { missingAttributes, missingNames, spellMissing } from './missing-attributes.ts';

/**
 * Throws `action_unknown` where an event has an action that the domain neither speaks nor ignores.
 */
export function requireKnownActions({ actions }: TimelineStats, domain: Domain): void {
  const vocabulary = createVocabulary(domain);
  const unknown = actions.find((action) => vocabulary.rankOf(action.name) === undefined);
  if (unknown !== undefined) throw unknownAction(vocabulary, unknown);
}

/** What a person should know though nothing failed, one sentence each; none where all is well. */
export function buildWarnings(of: {
  readonly records: Pick<RecordCounts, 'read' | 'used' | 'dead'>;
  readonly stats: TimelineStats;
  readonly section: CorpusSection;
  readonly domain: Domain;
  readonly events: string;
  /** Files in the folder of events that were not read. */
  readonly passedOver: readonly string[];
  readonly tasks: readonly Pick<TaskRules, 'name' | 'randomAlone'>[];
}): string[] {
  const { records, stats, section, domain, events } = of;
  const random = of.tasks.filter((task) => task.randomAlone);
  const warnings = [...rawNames(domain), ...random.map(({ name }) => popularityWarning(name))];
  const [first, ...others] = of.passedOver;
  if (first !== undefined) {
    const what =
      others.length === 0 ? `${first} in ${events} is` : `${first} and ${others.length} more in ${events} are`;
    warnings.push(`${what} not read: ${ENDINGS_SAID}`);
  }
  if (records.read === 0) warnings.push(`the event files in ${events} hold no records`);
  if (records.dead > 0) {
    const first = stats.first_dead === undefined ? '' : `, the first seen at ${stats.first_dead}`;
    warnings.push(
      `${records.dead} of ${records.read} records are dead${first}; brewhouse check --events ${events} tells all kinds`,
    );
  }
  warnings.push(...ingestedLater(stats, section), ...earlyTimes(stats));
  // Without any event every name would be missing: that is said already.
  if (records.used === 0) return warnings;
  for (const surface of missingNames(section.holdout.surfaces, stats.surfaces))
    warnings.push(
      `holdout.surfaces names ${spellMissing(surface, stats.surfaces)}, and no interaction has that surface`,
    );
  warnings.push(...missingAttributes(domain, stats).map(({ message }) => message));
  return warnings;
}

/** Words of prompts that read like names in data: `not_voting`. */
function rawNames({ actions, none }: Domain): string[] {
  const words = [...actions, none].flatMap(({ name, spoken = name, will, past }) => [spoken, will, past ?? '']);
  const raw = [...new Set(words)].filter((word) => word.includes('_')).map((word) => `"${quotedName(word)}"`);
  if (raw.length === 0) return [];
  return [`prompts say ${raw.join(', ')} as it is written; the domain's key \`spoken\` gives a name words to say`];
}

/** What a prompt may hold earlier than anybody knew it, where `known` says not to look. */
function ingestedLater(stats: TimelineStats, section: CorpusSection): string[] {
  if (section.known === 'ingest_time') return [];
  const { versions, interactions } = countLate(stats, longestWindowMs(section));
  if (versions === 0 && interactions === 0) return [];
  return [
    `${versions} versions and ${interactions} interactions were ingested later than their time by more than the ` +
      'longest label window, and `known: event_time` takes all of them for known at their time; ' +
      '`known: ingest_time` waits until they were there',
  ];
}

/** Times in another unit than milliseconds. */
function earlyTimes({ newest }: TimelineStats): string[] {
  if (!looksLikeSeconds(newest)) return [];
  const when = new Date(newest).toISOString().slice(0, 10);
  return [`no event is later than ${when}: event_time counts milliseconds, not seconds`];
}

/** One of the asked items is the member's, and what is popular is so more often than chance. */
function popularityWarning(task: string): string {
  return `popularity may tell the right one in ${task}: all other items are drawn at random`;
}
