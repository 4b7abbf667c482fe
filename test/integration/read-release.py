"""Reads a release with pyarrow and, by its card alone, with datasets.

Prints {library: {split: {lengths, rows}}} of the rows asked for, and what its card is to
huggingface_hub and datasets.
"""
import glob
import json
import logging
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


class Warnings(logging.Handler):
    """Keeps what a library warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.told = []

    def emit(self, record):
        self.told.append(record.getMessage())


def card():
    """As far as a card can be validated without the Hub, whose own check is a request to it."""
    import datasets
    import huggingface_hub
    import pyarrow.parquet
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs

    warnings = Warnings()
    for name in ("datasets", "huggingface_hub"):
        logging.getLogger(name).addHandler(warnings)
    path = os.path.join(release, "README.md")
    loaded = huggingface_hub.DatasetCard.load(path)
    infos = DatasetInfosDict.from_dataset_card_data(loaded.data)
    configs = {}
    with tempfile.TemporaryDirectory() as cache:
        for name in MetadataConfigs.from_dataset_card_data(loaded.data):
            splits = datasets.load_dataset(release, name, cache_dir=cache)
            folder = "data" if name == "default" else name
            first = sorted(glob.glob(os.path.join(release, folder, f"{next(iter(splits))}-*.parquet")))[0]
            of_file = datasets.Features.from_arrow_schema(pyarrow.parquet.read_schema(first))
            configs[name] = {
                "rows": {str(split): len(rows) for split, rows in splits.items()},
                "first": {str(split): rows[0].get("example_id") for split, rows in splits.items()},
                "as_in_file": all(rows.features == infos[name].features == of_file for rows in splits.values()),
            }
        stream = datasets.load_dataset(release, split="train", streaming=True)
        shards = [stream.num_shards, stream.reshard().num_shards]
    return {
        "data": loaded.data.to_dict(),
        "metadata": huggingface_hub.metadata_load(path),
        "configs": configs,
        "shards": shards,
        "warnings": warnings.told,
    }


print(json.dumps({"pyarrow": with_pyarrow(), "datasets": with_datasets(), "card": card()}))
