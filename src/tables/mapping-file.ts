/** Reads a mapping file and checks what its schema cannot say. */
import type { z } from 'zod';
import { type ConstantTime, Mapping, type MappingTable, type TimeSource } from '../../schemas/mapping.ts';
import { readYaml } from '../sources/yaml-file.ts';
import { constantTime, unknownBefore } from './column-time.ts';
import { isEncoding } from './text-encoding.ts';
import { timeFormat } from './time-format.ts';
import { type Zone, zoneNamed } from './zone.ts';

/** Reports a fault at a path of the mapping. */
type Refuse = (message: string, ...path: (string | number)[]) => void;

/**
 * The mapping in `file`. Throws BrewhouseError('mapping_invalid') with file, line and nearest name.
 */
export function readMapping(file: string): Promise<Mapping> {
  return readYaml(file, Mapping.superRefine(checkMapping), 'mapping_invalid');
}

/** The zone of the mapping's times, or undefined where it names none. */
export function zoneOf({ zone }: Mapping): Zone | undefined {
  return zone === undefined ? undefined : zoneNamed(zoneName(zone));
}

function checkMapping(mapping: Mapping, issues: z.RefinementCtx): void {
  const refuse: Refuse = (message, ...path) => issues.addIssue({ code: 'custom', message, path });
  if (mapping.zone !== undefined && zoneOf(mapping) === undefined) {
    const name = zoneName(mapping.zone);
    refuse(`there is no zone "${name}"; write UTC, an offset as +02:00, or a name as Europe/Berlin`, 'zone');
  }
  const names = new Set<string>();
  mapping.tables.forEach((table, i) => {
    if (names.has(table.name))
      refuse(`two tables are named "${table.name}"; give one of them another name`, 'tables', i, 'name');
    names.add(table.name);
    if (Number.isNaN(unknownBefore(table.time_unknown)))
      refuse('there is no such day; write a day of the calendar, as before 1981-01-01', 'tables', i, 'time_unknown');
    checkForm(table, (message, ...path) => refuse(message, 'tables', i, ...path));
    checkTimes(table, mapping, (message, ...path) => refuse(message, 'tables', i, ...path));
    checkAttributes(table, (message, ...path) => refuse(message, 'tables', i, 'attributes', ...path));
  });
}

/** Keys that say how files are written, and that need one another. */
function checkForm({ encoding, quotes, escape: escaping, columns }: MappingTable, refuse: Refuse): void {
  if (!isEncoding(encoding))
    refuse(`there is no encoding "${encoding}"; write utf-8, windows-1252, utf-16le`, 'encoding');
  if (quotes === 'none' && escaping !== undefined)
    refuse('without quotes there is nothing to escape; leave it out', 'escape');
  const twice = columns?.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) refuse(`two columns are named "${twice}"; rename one of them`, 'columns');
}

function checkTimes(table: MappingTable, mapping: Mapping, refuse: Refuse): void {
  const check = (source: TimeSource | ConstantTime | undefined, ...path: (string | number)[]) => {
    if (typeof source !== 'object') return;
    if ('value' in source) {
      const read = constantTime(source, zoneOf(mapping));
      if (!read.ok) refuse(`${read.message}; write it as 2010-12-01T00:00:00Z or 2010-12-01`, ...path, 'value');
      return;
    }
    if (source.format === undefined) return;
    if (source.epoch !== undefined)
      refuse('a time is either a number or written as a format; keep one of them', ...path, 'format');
    const made = timeFormat(source.format);
    if (typeof made !== 'function') refuse(made.flaw, ...path, 'format');
  };
  check(table.event_time, 'event_time');
  check(table.ingest_time, 'ingest_time');
  if (table.emit !== 'interaction')
    for (const [g, { time }] of table.attributes.entries()) check(time, 'attributes', g, 'time');
}

function checkAttributes(table: MappingTable, refuse: Refuse): void {
  if (table.emit === 'interaction') return;
  const attributes = new Set<string>();
  table.attributes.forEach((group, g) => {
    if (group.time !== undefined && group.assume_known !== undefined)
      refuse('attributes have either a time or assume_known; keep one of them', g, 'assume_known');
    for (const name of Object.keys(group.fields)) {
      if (attributes.has(name)) refuse(`attribute "${name}" is there twice; keep one of them`, g, 'fields', name);
      attributes.add(name);
    }
  });
}

function zoneName(zone: NonNullable<Mapping['zone']>): string {
  return typeof zone === 'string' ? zone : zone.name;
}
