"""Reads a release with pyarrow and, by its card alone, with datasets.

Prints {library: {split: {lengths, rows}}} of the rows asked for.
"""
import glob
import json
import os
import sys
import tempfile

release, *asked = sys.argv[1:]
os.environ["HF_HUB_OFFLINE"] = "1"


def digest(rows):
    """rows: a list of {input_ids, attention_mask, labels}."""
    lengths = []
    for row in rows:
        ids, mask, labels = row["input_ids"], row["attention_mask"], row["labels"]
        assert set(row) == {"input_ids", "attention_mask", "labels"}, sorted(row)
        assert len(ids) == len(mask) == len(labels) > 0
        assert all(one == 1 for one in mask)
        assert all(label in (-100, token) for label, token in zip(labels, ids))
        lengths.append([len(ids), sum(label != -100 for label in labels)])
    shown = {number: rows[int(number)] for number in asked if int(number) < len(rows)}
    return {"lengths": lengths, "rows": shown}


def with_pyarrow():
    import pyarrow.parquet

    splits = {}
    for path in sorted(glob.glob(os.path.join(release, "data", "*.parquet"))):
        split = os.path.basename(path).split("-")[0]
        table = pyarrow.parquet.read_table(path, page_checksum_verification=True)
        splits.setdefault(split, []).extend(table.to_pylist())
    return {split: digest(rows) for split, rows in splits.items()}


def with_datasets():
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        loaded = datasets.load_dataset(release, cache_dir=cache)
        return {str(split): digest(rows.to_list()) for split, rows in loaded.items()}


print(json.dumps({"pyarrow": with_pyarrow(), "datasets": with_datasets()}))
