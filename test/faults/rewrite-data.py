"""Writes a Parquet file anew, row group by row group: SOURCE TARGET COMPRESSION."""

import sys

import pyarrow.parquet as pq

source, target, compression = sys.argv[1:]
file = pq.ParquetFile(source)
with pq.ParquetWriter(
    target, file.schema_arrow, store_schema=False, compression=compression
) as writer:
    for group in range(file.num_row_groups):
        writer.write_table(file.read_row_group(group))
    # Without the schema of Arrow the key-values of the file are not written either.
    writer.add_key_value_metadata(file.metadata.metadata)
