/** Rows of a release on their way through the sort to whoever writes them: bytes, not objects. */
import { type StoredRow, WHOLE, WHOLES } from '../../schemas/columns.ts';
import { SPLITS, type Split } from '../../schemas/ledger.ts';
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import { byteAt, nth } from '../checked.ts';
import { intList, intsOf, pushInt } from '../prompt/int-list.ts';
import { type ByteBuffer, createByteBuffer } from '../shard/byte-buffer.ts';
import { byteCursor, readLists, readRow, readRows, type StoredColumns, writeRow } from '../shard/row-codec.ts';

const { segments, lowered, room, used } = ORIGIN;
/** Origins of a row while what they number has the numbers of whoever took it in. */
export const TAKEN_ORIGIN = { segments, events: WHOLES, lowered, room, used, stopped_at: WHOLE };

/** A row of a release whose tokens are still numbers of segments; values as the files hold them. */
export interface TakenRow {
  readonly meta: StoredRow<typeof SIDECAR>;
  readonly origin: StoredRow<typeof TAKEN_ORIGIN>;
  /** Supervised [from, to) pairs. */
  readonly spans: Int32Array;
}

/** What of a packed row decides where it lies. */
export interface PackedHead {
  readonly split: Split;
  readonly tokens: number;
  readonly exampleId: string;
  readonly member: string;
}

const PSEUDONYM_DIGITS = 32;
/** Split, tokens, two pseudonyms. */
const HEAD_BYTES = 1 + 4 + 2 * PSEUDONYM_DIGITS;

/** Packs rows, one at a time: the bytes hold until the next is packed. */
export function createRowPacker(): { pack(split: Split, row: TakenRow): Uint8Array } {
  const out = createByteBuffer();
  return {
    pack(split, { meta, origin, spans }) {
      out.clear();
      out.byte(SPLITS.indexOf(split));
      out.setUint32(out.extend(4), meta.n_tokens);
      out.bytes(Buffer.from(meta.example_id + meta.member, 'latin1'));
      writeInts(out, spans);
      writeRow(out, SIDECAR, meta);
      writeRow(out, TAKEN_ORIGIN, origin);
      return out.written;
    },
  };
}

function writeInts(out: ByteBuffer, { buffer, byteOffset, byteLength }: Int32Array): void {
  out.setUint32(out.extend(4), byteLength);
  out.bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

/** The head of a packed row, without unpacking the rest. */
export function packedHead(packed: Uint8Array): PackedHead {
  const { bytes } = byteCursor(packed);
  return {
    split: nth(SPLITS, byteAt(bytes, 0)),
    tokens: bytes.readUInt32LE(1),
    exampleId: bytes.toString('latin1', 5, 5 + PSEUDONYM_DIGITS),
    member: bytes.toString('latin1', 5 + PSEUDONYM_DIGITS, HEAD_BYTES),
  };
}

/** The sidecar of a packed row. Copies everything. */
export function unpackMeta(packed: Uint8Array): StoredRow<typeof SIDECAR> {
  const cursor = byteCursor(packed);
  cursor.at = HEAD_BYTES + 4 + cursor.bytes.readUInt32LE(HEAD_BYTES);
  return readRow(cursor, SIDECAR);
}

/** Packed rows, one behind another. */
export interface PackedRows {
  readonly bytes: Uint8Array;
  /** Where each row begins, and where the last one ends. */
  readonly starts: Int32Array;
}

/** Collects packed rows, which are copied. Bound: what `take` hands out, as memory that is kept. */
export function createRowCollector() {
  const out = createByteBuffer();
  const starts = intList();
  return {
    add(packed: Uint8Array): void {
      pushInt(starts, out.length);
      out.bytes(packed);
    },
    rows: () => starts.length,
    /** All rows since the last time. */
    take(): PackedRows {
      pushInt(starts, out.length);
      const rows = { bytes: out.copy(), starts: intsOf(starts).slice() };
      out.clear();
      starts.length = 0;
      return rows;
    },
  };
}

/** Rows as columns. */
export interface TakenColumns {
  readonly rows: number;
  readonly spans: StoredColumns<{ spans: typeof WHOLES }>['spans'];
  readonly meta: StoredColumns<typeof SIDECAR>;
  readonly origin: StoredColumns<typeof TAKEN_ORIGIN>;
}

/** Copies everything. */
export function unpackRows({ bytes, starts }: PackedRows): TakenColumns {
  const rows = starts.length - 1;
  const cursors = { bytes: byteCursor(bytes).bytes, at: starts.map((start) => start + HEAD_BYTES).subarray(0, rows) };
  const spans = readLists(cursors);
  const meta = readRows(cursors, SIDECAR);
  return { rows, spans, meta, origin: readRows(cursors, TAKEN_ORIGIN) };
}
