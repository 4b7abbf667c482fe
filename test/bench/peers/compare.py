"""Whether a peer wrote the rows of a release: three columns, row by row, in the release's order.

    python compare.py RELEASE PEER.parquet

Prints {"rows", "tokens"}; ends with 1 and the first difference where there is one.
"""
import json
import sys

import numpy as np
import pyarrow.parquet as pq

release, peer = sys.argv[1:3]
manifest = json.load(open(release + "/manifest.json", encoding="utf-8"))
paths = [f"{release}/{each['path']}" for each in manifest["files"] if each["kind"] == "data"]
TYPES = {"input_ids": "int32", "attention_mask": "int8", "labels": "int64"}


def column(files, name):
    """Lengths of the rows, and all values in one array."""
    chunks = [chunk for file in files for chunk in pq.read_table(file, columns=[name])[name].chunks]
    for chunk in chunks:
        if str(chunk.type.value_type) != TYPES[name]:
            sys.exit(f"{name} holds {chunk.type.value_type} and not {TYPES[name]}")
    lengths = [chunk.value_lengths().to_numpy(zero_copy_only=False) for chunk in chunks]
    return np.concatenate(lengths), np.concatenate([chunk.flatten().to_numpy() for chunk in chunks])


for name in TYPES:
    lengths, values = column(paths, name)
    peer_lengths, peer_values = column([peer], name)
    if len(lengths) != len(peer_lengths):
        sys.exit(f"the release has {len(lengths)} rows and the peer wrote {len(peer_lengths)}")
    if not np.array_equal(lengths, peer_lengths):
        row = int(np.argmax(lengths != peer_lengths))
        sys.exit(f"{name} of row {row}: {lengths[row]} tokens and {peer_lengths[row]} of the peer")
    if not np.array_equal(values, peer_values):
        at = int(np.argmax(values != peer_values))
        row = int(np.searchsorted(np.cumsum(lengths), at, side="right"))
        sys.exit(f"{name} of row {row}: {values[at]} and {peer_values[at]} of the peer")
    rows, tokens = len(lengths), len(values)
print(json.dumps({"rows": int(rows), "tokens": int(tokens)}))
