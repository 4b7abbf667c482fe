"""The careful Python user: prompts as text, gigatoken in batches, ids in one array, pyarrow with zstd-3.

    python careful.py PROMPTS.ndjson FRAME.json TOKENIZER.json OUT.parquet
"""
import json
import sys

import awkward as ak
import gigatoken
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

prompts_file, frame_file, tokenizer_file, out = sys.argv[1:5]
BATCH = 500
PAGE = 16 << 20
SCHEMA = pa.schema(
    [("input_ids", pa.list_(pa.int32())), ("attention_mask", pa.list_(pa.int8())), ("labels", pa.list_(pa.int64()))]
)

spec = json.load(open(tokenizer_file, encoding="utf-8"))
# The library has no other way to read "<|im_end|>" in data as text.
spec["added_tokens"], spec["post_processor"] = [], None
tokenizer = gigatoken.Tokenizer.from_json(json.dumps(spec))
frame = json.load(open(frame_file))
head, tail, end = np.array(frame["head"], np.int32), np.array(frame["tail"], np.int32), frame["end"]


def table(rows):
    """Three columns of some prompts and answers, assembled in whole arrays."""
    n = len(rows)
    encoded = tokenizer.encode_batch([row["prompt"] for row in rows] + [row["answer"] for row in rows])
    flat, lengths = ak.to_numpy(ak.flatten(encoded)), ak.to_numpy(ak.num(encoded)).astype(np.int64)
    prompt, answer = lengths[:n], lengths[n:]
    ends = np.cumsum(prompt + answer + len(head) + len(tail) + 1)
    starts = np.concatenate([[0], ends[:-1]])
    source = np.concatenate([[0], np.cumsum(lengths)])
    ids, labels = np.empty(int(ends[-1]), np.int32), np.full(int(ends[-1]), -100, np.int64)
    for k in range(n):
        start, stop = starts[k], ends[k]
        cut = start + len(head) + prompt[k] + len(tail)
        ids[start : start + len(head)] = head
        ids[start + len(head) : cut - len(tail)] = flat[source[k] : source[k + 1]]
        ids[cut - len(tail) : cut] = tail
        ids[cut : stop - 1] = flat[source[n + k] : source[n + k + 1]]
        ids[stop - 1] = end
        labels[cut:stop] = ids[cut:stop]
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    columns = (ids, np.ones(len(ids), np.int8), labels)
    return pa.table([pa.ListArray.from_arrays(offsets, column) for column in columns], schema=SCHEMA)


def batches(lines):
    batch = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


rows = tokens = 0
with open(prompts_file, encoding="utf-8") as lines, pq.ParquetWriter(
    out,
    SCHEMA,
    compression="zstd",
    compression_level=3,
    data_page_size=PAGE,
    use_dictionary=["attention_mask.list.element"],
) as writer:
    for batch in batches(lines):
        made = table(batch)
        writer.write_table(made)
        rows += len(made)
        tokens += len(made["input_ids"].combine_chunks().flatten())
print(json.dumps({"rows": rows, "tokens": tokens}))
