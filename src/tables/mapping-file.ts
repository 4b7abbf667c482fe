/** Reads a mapping file and checks what its schema cannot say. */
import type { z } from 'zod';
import { Mapping, type MappingTable } from '../../schemas/mapping.ts';
import { unknownBefore } from './column-time.ts';
import { readYaml } from '../sources/yaml-file.ts';
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
    checkAttributes(table, (message, ...path) => refuse(message, 'tables', i, 'attributes', ...path));
  });
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
