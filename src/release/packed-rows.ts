/** Rows of a release on their way through the sort to whoever writes them: bytes, not objects. */
import type { StoredRow } from '../../schemas/columns.ts';
import { SPLITS, type Split } from '../../schemas/ledger.ts';
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import { byteAt, nth } from '../checked.ts';
import { type ByteBuffer, createByteBuffer } from '../shard/byte-buffer.ts';
import { byteCursor, readRow, writeRow } from '../shard/row-codec.ts';

/** A row of a release whose tokens are still numbers of segments; values as the files hold them. */
export interface NumberedRow {
  readonly meta: StoredRow<typeof SIDECAR>;
  readonly origin: StoredRow<typeof ORIGIN>;
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
export function createRowPacker(): { pack(split: Split, row: NumberedRow): Uint8Array } {
  const out = createByteBuffer();
  return {
    pack(split, { meta, origin, spans }) {
      out.clear();
      out.byte(SPLITS.indexOf(split));
      out.setUint32(out.extend(4), meta.n_tokens);
      out.bytes(Buffer.from(meta.example_id + meta.member, 'latin1'));
      writeInts(out, spans);
      writeRow(out, SIDECAR, meta);
      writeRow(out, ORIGIN, origin);
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

/** Copies everything. */
export function unpackRow(packed: Uint8Array): NumberedRow {
  const cursor = byteCursor(packed);
  const size = cursor.bytes.readUInt32LE(HEAD_BYTES);
  const spans = new Int32Array(size / 4);
  cursor.bytes.copy(new Uint8Array(spans.buffer), 0, HEAD_BYTES + 4, HEAD_BYTES + 4 + size);
  cursor.at = HEAD_BYTES + 4 + size;
  return { spans, meta: readRow(cursor, SIDECAR), origin: readRow(cursor, ORIGIN) };
}
