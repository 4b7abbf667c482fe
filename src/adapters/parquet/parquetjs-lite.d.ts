/** What of parquetjs-lite 0.8.7 the adapter uses; the package has no types of its own. */
declare module 'parquetjs-lite' {
  export interface ParquetField {
    type: 'UTF8' | 'INT64' | 'BYTE_ARRAY';
    compression?: 'UNCOMPRESSED' | 'GZIP';
    /** False keeps least and greatest values, whole texts, out of the footer. */
    statistics?: boolean;
  }

  /** Called with Node's callback style; only these two methods. */
  export interface ParquetSink {
    write(bytes: Uint8Array, done: (error?: unknown) => void): void;
    end(done: (error?: unknown) => void): void;
  }

  export interface ParquetOptions {
    /** Rows. */
    rowGroupSize: number;
    /** Rows. */
    pageSize: number;
    useDataPageV2: boolean;
    pageIndex: boolean;
  }

  export class ParquetSchema {
    constructor(fields: Record<string, ParquetField>);
  }

  export class ParquetWriter {
    static openStream(schema: ParquetSchema, sink: ParquetSink, options: ParquetOptions): Promise<ParquetWriter>;
    /** Must be awaited before the next: else rows are written twice. Throws strings. */
    appendRow(row: Record<string, unknown>): Promise<void>;
    setRowGroupSize(rows: number): void;
    close(): Promise<void>;
  }

  export class ParquetReader {
    /** Throws strings, and whatever a broken footer leads to. */
    static openBuffer(bytes: Buffer): Promise<ParquetReader>;
    getCursor(): {
      /** A row, its INT64 as bigint; null behind the last. Bound: a row group in memory. */
      next(): Promise<Record<string, unknown> | null>;
    };
    close(): Promise<void>;
  }

  const parquet: {
    ParquetSchema: typeof ParquetSchema;
    ParquetWriter: typeof ParquetWriter;
    ParquetReader: typeof ParquetReader;
  };
  export default parquet;
}
