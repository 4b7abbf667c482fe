/** The keys that a JSON Schema allows: each with its type, default, meaning and an example. */
import type { FileKind, JsonSchema } from './files.ts';

/** One key of a section. */
export interface Key {
  readonly name: string;
  /** Names of a union's arms, where the key belongs to some of them alone. */
  readonly arms: readonly string[];
  readonly type: string;
  /** `alternative`: one of the section's alternatives is given. */
  readonly given: 'required' | 'alternative' | 'optional';
  readonly meaning: string;
  /** Undefined where there is none, or where the key's own keys tell theirs. */
  readonly default: unknown;
  /** Undefined where the key's own keys have a section of their own. */
  readonly example: unknown;
}

/** Keys of one object: the file's (an empty title), a key's (`tables[]`), or a named value's. */
export interface Section {
  readonly title: string;
  readonly about: string;
  readonly keys: readonly Key[];
}

interface Arm {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** All sections of a file, outermost first, named values last. */
export function sectionsOf(kind: FileKind): Section[] {
  const sections: Section[] = [];
  const named = new Map<string, unknown[]>();
  const queue: Visit[] = [{ title: '', schema: kind.schema, samples: kind.shipped }];
  const visitAll = () => {
    for (let visit = queue.shift(); visit !== undefined; visit = queue.shift()) {
      const { title, schema } = visit;
      const keys = keysOf(visit, kind.schema.$defs ?? {}, (key, child, samples) => {
        for (const ref of refsOf(child)) named.set(ref, [...(named.get(ref) ?? []), ...samples]);
        if (armsOf(child).length > 0) queue.push({ title: join(title, key), schema: child, samples });
      });
      const isNested = title !== '' && !named.has(title);
      sections.push({ title, about: isNested ? '' : (schema.description ?? ''), keys });
    }
  };
  visitAll();
  // A named value may name others; they are told once each, behind the keys.
  for (const [ref, samples] of named) {
    queue.push({ title: ref, schema: kind.schema.$defs?.[ref] ?? {}, samples });
    visitAll();
  }
  return sections;
}

interface Visit {
  readonly title: string;
  readonly schema: JsonSchema;
  readonly samples: readonly unknown[];
}

function join(title: string, key: string): string {
  return title === '' ? key : `${title}.${key}`;
}

type Descend = (key: string, child: JsonSchema, samples: unknown[]) => void;

function keysOf({ schema, samples }: Visit, defs: NonNullable<JsonSchema['$defs']>, descend: Descend): Key[] {
  const arms = armsOf(schema);
  const named = arms.every(({ name }) => name !== '');
  const defaults = isMap(schema.default) ? schema.default : {};
  const keys: (Key & { readonly arms: string[] })[] = [];
  const visited = new Set<string>();
  const isChoice = (name: string) => !named && arms.some((arm) => arm.schema.properties?.[name] === undefined);
  for (const { name: arm, schema: own } of arms) {
    for (const [name, key] of Object.entries(own.properties ?? {})) {
      const type = typeOf(key);
      const meaning = key.description ?? '';
      const same = keys.find((one) => one.name === name && one.meaning === meaning && one.type === type);
      if (same !== undefined) {
        same.arms.push(arm);
        continue;
      }
      const values = valuesOf(samples, name);
      const { child, path, inner } = inside(key, name, values);
      // A key of several arms may name other values in each.
      const visit = [path, ...refsOf(child)].join(' ');
      if (!visited.has(visit)) descend(path, child, inner);
      visited.add(visit);
      const told = armsOf(child).length > 0;
      const isRequired = own.required?.includes(name) ?? false;
      const given = isRequired ? (isChoice(name) ? 'alternative' : 'required') : 'optional';
      const fallback = key.default ?? defaults[name];
      const example =
        key.const ??
        (told && key.examples === undefined
          ? undefined
          : (exampleOf(key, values) ?? fallback ?? exampleOf(defs[refsOf(key)[0] ?? ''] ?? {}, [])));
      const isTold = told && isMap(fallback);
      keys.push({ name, arms: [arm], type, given, meaning, default: isTold ? undefined : fallback, example });
    }
  }
  const isArmsName = (key: Key) =>
    arms.length > 1 && arms.some(({ name }) => name !== '' && key.type === `\`${name}\``);
  return keys
    .map((key) => ({ ...key, arms: named && key.arms.length < arms.length ? key.arms : [] }))
    .toSorted((a, b) => Number(isArmsName(b)) - Number(isArmsName(a)));
}

/** The objects that a schema may be: itself, or a union's arms, named by a constant of theirs. */
function armsOf(schema: JsonSchema): Arm[] {
  if (schema.properties !== undefined) return [{ name: '', schema }];
  const union = schema.oneOf ?? schema.anyOf ?? [];
  return union
    .flatMap((one) => armsOf(one))
    .map(({ schema: own }) => {
      const constant = Object.values(own.properties ?? {}).find((key) => typeof key.const === 'string')?.const;
      return { name: typeof constant === 'string' ? constant : '', schema: own };
    });
}

/** Lists and maps are looked into. */
function inside(
  key: JsonSchema,
  name: string,
  values: unknown[],
): { child: JsonSchema; path: string; inner: unknown[] } {
  const list = key.items ?? key.anyOf?.find((one) => one.items !== undefined)?.items;
  if (list !== undefined)
    return { child: list, path: `${name}[]`, inner: values.flatMap((one) => (Array.isArray(one) ? one : [])) };
  if (typeof key.additionalProperties === 'object') {
    const inner = values.flatMap((one) => (isMap(one) ? Object.values(one) : []));
    return { child: key.additionalProperties, path: `${name}.NAME`, inner };
  }
  return { child: key, path: name, inner: values };
}

function valuesOf(samples: readonly unknown[], name: string): unknown[] {
  return samples.flatMap((sample) => (isMap(sample) && Object.hasOwn(sample, name) ? [sample[name]] : []));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema's own example, else the shortest that ships. */
function exampleOf(key: JsonSchema, values: readonly unknown[]): unknown {
  if (key.examples !== undefined) return key.examples[0];
  const said = values.filter((value) => !(Array.isArray(value) && value.length === 0));
  return said.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)[0];
}

function refsOf(schema: JsonSchema): string[] {
  const ref = schema.$ref?.split('/').at(-1);
  return [...(ref === undefined ? [] : [ref]), ...(schema.anyOf ?? schema.oneOf ?? []).flatMap(refsOf)];
}

/** What a value may be, in words. */
export function typeOf(schema: JsonSchema): string {
  const [ref] = schema.$ref === undefined ? [] : refsOf(schema);
  if (ref !== undefined) return `[${ref}](#${ref.toLowerCase()})`;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return orList(schema.enum.map((value) => `\`${String(value)}\``));
  const union = schema.oneOf ?? schema.anyOf;
  if (union !== undefined) return orList([...new Set(union.map(typeOf))]);
  if (typeof schema.type === 'object') return orList(schema.type.map((type) => typeOf({ ...schema, type })));
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'number':
      return `number${boundsOf(schema)}`;
    case 'integer':
      return `whole number${boundsOf(schema)}`;
    case 'array':
      return `list of: ${typeOf(schema.items ?? {})}`;
    default:
      return typeof schema.additionalProperties === 'object'
        ? `names, each with: ${typeOf(schema.additionalProperties)}`
        : 'keys (below)';
  }
}

function boundsOf({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` from ${least} on`;
  return most === undefined ? '' : ` up to ${most}`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
