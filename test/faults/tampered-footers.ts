/** What somebody may write into the footers of a release's Parquet files, their rows untouched. */
import { binary, bool, i32, i64, list, struct, type ThriftValue, text } from '../../src/shard/thrift.ts';
import { SEGMENTS } from './origin-tables.ts';
import {
  chunkOf,
  elementsOf,
  type Fields,
  fieldsOf,
  keyValuesOf,
  numberOf,
  schemaElement,
  textOf,
} from './parquet-footer.ts';
import { type OpenPage, withFirstPage } from './parquet-pages.ts';
import type { TamperedRelease } from './tampered-release.ts';
import { RAW, type Tampering } from './tampering.ts';

const LAW = 'PUBLISH-6';
const INDEX = 'index/members.parquet';
const TABLE = SEGMENTS.path;
/** A form that cannot be read may be refused. */
const UNREADABLE = ['schema', 'release_broken'] as const;

/** A tampering with the footer of one file: that of train in a folder, an index, or a table. */
function footer(
  name: string,
  file: 'data' | 'meta' | 'origin' | typeof INDEX | typeof TABLE,
  what: {
    readonly change: (footer: Fields) => void;
    readonly says: RegExp;
    readonly before?: Uint8Array;
    readonly by?: Tampering['by'];
    readonly isWide?: true;
  },
): Tampering {
  const { change, says, before, by = file === INDEX ? ['index', 'schema'] : 'schema', isWide } = what;
  const path = ({ shard }: TamperedRelease) => (file.includes('/') ? file : `${file}/${shard('train')}`);
  const wide = isWide === undefined ? {} : { isWide };
  return { name, change: (release) => release.footer(path(release), change, before), by, law: LAW, says, ...wide };
}

const addKeyValue = (key: string, value: string) => (fields: Fields) => {
  fields[5] = list([...(fields[5] === undefined ? [] : keyValuesOf(fields)), pair(key, value)]);
};

const pair = (key: string, value: string): ThriftValue => struct({ 1: text(key), 2: text(value) });

function setKeyValue(key: string, change: (value: string) => string) {
  return (fields: Fields) => {
    const found = keyValuesOf(fields)
      .map(fieldsOf)
      .find((each) => textOf(each[1]) === key);
    if (found === undefined) throw new Error(`the footer has no ${key}`);
    found[2] = text(change(textOf(found[2])));
  };
}

const KEY_VALUES: readonly Tampering[] = [
  ...(['data', 'meta', 'origin', INDEX, TABLE] as const).map((file) =>
    footer(`one key more in the footer of ${file}, with raw ids`, file, {
      change: addKeyValue('contact', RAW),
      says: /contact/,
    }),
  ),
  footer('a key twice in a footer, of which readers take the second', 'data', {
    change: (fields) => void elementsOf(fields[5]).unshift(pair('brewhouse.profile', RAW)),
    says: /brewhouse\.profile/,
  }),
  footer('key-values in another order', 'data', {
    change: (fields) => void elementsOf(fields[5]).reverse(),
    says: /key|order/,
  }),
  footer('a vocabulary of another size', 'data', {
    change: setKeyValue('brewhouse.vocab_size', () => '7'),
    says: /vocab_size/,
  }),
  footer('another eos token in a footer than in the identity', 'data', {
    change: setKeyValue('brewhouse.eos_id', () => '7'),
    says: /eos_id/,
  }),
  footer('another version of the schema', 'data', {
    change: setKeyValue('brewhouse.schema_version', () => '2'),
    says: /schema_version/,
  }),
  footer('another split in a footer than in the name', 'data', {
    change: setKeyValue('split', () => 'test'),
    says: /split/,
  }),
  footer('another type in the features', 'data', {
    change: setKeyValue('huggingface', (features) => features.replace('int64', 'int32')),
    says: /huggingface/,
  }),
  footer('a description among the features', 'data', {
    change: setKeyValue('huggingface', (features) => features.replace('{"info":{', `{"info":{"description":"${RAW}",`)),
    says: /huggingface/,
  }),
  footer('white space in the features', 'data', {
    change: setKeyValue('huggingface', (features) => ` ${features}`),
    says: /huggingface/,
  }),
];

const WORDS: readonly Tampering[] = [
  footer('a writer of data that is a member', 'data', {
    change: (fields) => {
      fields[6] = text(RAW);
    },
    says: /created_by|writer/,
  }),
  footer('a writer of sidecars that is a member', 'meta', {
    change: (fields) => {
      fields[6] = text(`brewhouse ${RAW}`);
    },
    says: /created_by|writer/,
  }),
  footer('a schema that is named by a member', 'data', {
    change: (fields) => {
      fieldsOf(elementsOf(fields[2])[0])[4] = text(RAW);
    },
    says: /schema|root|columns/,
  }),
  footer('key-values of a column', 'data', {
    change: (fields) => {
      chunkOf(fields, 'labels').meta[8] = list([pair('contact', RAW)]);
    },
    says: /labels|key/,
  }),
  footer('a column that lies in another file', 'meta', {
    change: (fields) => {
      chunkOf(fields, 'label').chunk[1] = text(RAW);
    },
    ...{ says: /label|file/, by: ['schema', 'manifest'], isWide: true },
  }),
  footer('a signature that nobody made', 'data', {
    change: (fields) => {
      fields[9] = text(RAW);
    },
    says: /sign|footer|field/,
  }),
  ...(
    [
      ['meta', 'example_id'],
      [TABLE, 'version'],
    ] as const
  ).map(([file, column]) =>
    footer(`the greatest text of a column in the footer of ${file}`, file, {
      change: (fields) => {
        chunkOf(fields, column).meta[12] = struct({ 5: text(RAW), 6: text(RAW) });
      },
      says: new RegExp(column),
    }),
  ),
  footer('other empty lists than there are', 'origin', {
    change: (fields) => {
      fieldsOf(chunkOf(fields, 'events').meta[12])[3] = i64(900);
    },
    says: /null/,
  }),
  ...(['data', 'meta', INDEX, TABLE] as const).map((file) =>
    footer(`bytes of ${file} that no column has`, file, {
      ...{ before: Buffer.from(RAW), change: () => undefined },
      says: /bytes/,
    }),
  ),
];

const FORMS: readonly Tampering[] = [
  footer('a null in the statistics that no row has', 'data', {
    change: (fields) => {
      fieldsOf(chunkOf(fields, 'labels').meta[12])[3] = i64(1);
    },
    says: /null/,
  }),
  footer('statistics that leave out the greatest label', 'data', {
    change: (fields) => {
      fieldsOf(chunkOf(fields, 'labels').meta[12])[5] = binary(Buffer.alloc(8));
    },
    says: /statistics|labels/,
  }),
  footer('labels that are called unsigned', 'data', {
    change: (fields) => {
      schemaElement(fields, 'labels', 'element')[6] = i32(14);
    },
    ...{ says: /labels|columns/, isWide: true },
  }),
  footer('an attention mask of another logical type', 'data', {
    change: (fields) => {
      schemaElement(fields, 'attention_mask', 'element')[10] = struct({
        10: struct({ 1: { type: 'i8', value: 16 }, 2: bool(true) }),
      });
    },
    ...{ says: /attention_mask|columns/, isWide: true },
  }),
  footer('times that are called dates', 'meta', {
    change: (fields) => {
      schemaElement(fields, 'asked_at')[6] = i32(9);
    },
    ...{ says: /asked_at|columns/, isWide: true },
  }),
  footer('texts that are called bytes', TABLE, {
    change(fields) {
      const element = schemaElement(fields, 'fields');
      delete element[6];
      delete element[10];
    },
    ...{ says: /fields|columns/, isWide: true },
  }),
  footer('elements that are required', 'data', {
    change: (fields) => {
      schemaElement(fields, 'input_ids', 'element')[3] = i32(0);
    },
    ...{ says: /input_ids|columns|Parquet/, by: UNREADABLE, isWide: true },
  }),
  footer('a flat column that is optional, without the levels', 'meta', {
    change: (fields) => {
      schemaElement(fields, 'label')[3] = i32(1);
    },
    ...{ says: /label|columns|Parquet/, by: UNREADABLE, isWide: true },
  }),
  footer('a number of a field that nobody gave', 'data', {
    change: (fields) => {
      schemaElement(fields, 'labels')[9] = i32(7);
    },
    ...{ says: /labels|columns/, isWide: true },
  }),
  footer('a row group without a row', 'data', {
    change(fields) {
      elementsOf(fields[4]).push(struct({ 1: list([]), 2: i64(0), 3: i64(0) }));
    },
    ...{ says: /row group/, by: UNREADABLE, isWide: true },
  }),
  footer('an order of rows that they do not have', 'meta', {
    change(fields) {
      const sorting = struct({ 1: i32(0), 2: bool(false), 3: bool(false) });
      fieldsOf(elementsOf(fields[4])[0])[4] = list([sorting]);
    },
    says: /sort|order|row group/,
  }),
  footer('fewer rows than the row groups have', 'data', {
    change: (fields) => {
      fields[3] = i64(1);
    },
    ...{ says: /rows/, by: ['schema', 'manifest', 'release_broken'], isWide: true },
  }),
  footer('another version of the format', 'meta', {
    change: (fields) => {
      fields[1] = i32(77);
    },
    says: /version|footer/,
  }),
];

/** A tampering with the first page of a column of the sidecars of train. */
function page(name: string, column: string, change: (page: OpenPage) => void): Tampering {
  const tamper = (release: TamperedRelease) => {
    const path = `meta/${release.shard('train')}`;
    release.write(path, withFirstPage(release.read(path), column, change));
  };
  return { name, change: tamper, by: 'schema', law: LAW, says: new RegExp(`${column}|bytes|dictionary|page`) };
}

const PAGES: readonly Tampering[] = [
  page('a text in a dictionary that no row has', 'task', (page) => {
    const dictionary = fieldsOf(page.header[7]);
    dictionary[1] = i32(numberOf(dictionary[1]) + 1);
    page.content = Buffer.concat([page.content, lengthOf(RAW), Buffer.from(RAW)]);
  }),
  page('bytes behind the last text of a page', 'example_id', (page) => {
    page.content = Buffer.concat([page.content, Buffer.from(RAW)]);
  }),
  page('the greatest text in the header of a page', 'example_id', ({ header }) => {
    fieldsOf(header[5])[5] = struct({ 5: text(RAW), 6: text(RAW) });
  }),
];

function lengthOf(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return length;
}

/** Footers and pages of token files, sidecars, origins and indexes. */
export const FOOTERS: readonly Tampering[] = [...KEY_VALUES, ...WORDS, ...FORMS, ...PAGES];
