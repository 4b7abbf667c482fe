"""The limit: pyarrow writing the three columns of a release from memory, zstd-3, one page a row group.

    python write_limit.py RELEASE FOLDER THREADS

Prints seconds of the writing alone, on THREADS threads and on one, and the bytes that one thread wrote
into as many files as the release has, with its row groups. What was written is read back and compared.
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq

release, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
manifest = json.load(open(release + "/manifest.json", encoding="utf-8"))
paths = [f"{release}/{each['path']}" for each in manifest["files"] if each["kind"] == "data"]


def groups_of(path):
    file = pq.ParquetFile(path)
    return [file.read_row_group(i) for i in range(file.num_row_groups)]


def write(out, groups):
    with pq.ParquetWriter(
        out,
        groups[0].schema,
        compression="zstd",
        compression_level=3,
        data_page_size=1 << 30,
        write_batch_size=1 << 30,
        use_dictionary=["attention_mask.list.element"],
    ) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=len(group))


def timed(work):
    """Wall and CPU seconds of writing each (file, groups) of the list, on as many threads as asked."""

    def run(on):
        wall, cpu = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(on) as pool:
            list(pool.map(lambda each: write(*each), work))
        return time.perf_counter() - wall, time.process_time() - cpu

    return run


files = [groups_of(path) for path in paths]
whole = [(f"{folder}/limit-{i}.parquet", groups) for i, groups in enumerate(files)]
# In as many pieces as threads, of about as many row groups each: one large file must not keep one thread alone.
every = [group for groups in files for group in groups]
pieces = [(f"{folder}/piece-{i}.parquet", every[i::threads]) for i in range(threads) if every[i::threads]]
many_wall, many_cpu = timed(pieces)(threads)
one_wall, one_cpu = timed(whole)(1)
for out, groups in whole:
    if not pq.read_table(out).equals(pa.concat_tables(groups)):
        sys.exit(f"{out} holds other rows than were written")
tokens = sum(len(group["input_ids"].combine_chunks().flatten()) for group in every)
found = {
    "rows": sum(map(len, every)),
    "tokens": tokens,
    "seconds": many_wall,
    "cpu_seconds": many_cpu,
    "one_thread_seconds": one_wall,
    "one_thread_cpu_seconds": one_cpu,
    "bytes": sum(os.path.getsize(out) for out, _ in whole),
    "release_bytes": sum(map(os.path.getsize, paths)),
}
for out, _ in whole + pieces:
    os.remove(out)
print(json.dumps(found))
