"""The way most teams do it: Dataset.from_json, map in batches with a fast tokenizer in processes, to_parquet.

    python plain_map.py PROMPTS.ndjson FRAME.json TOKENIZER.json OUT.parquet PROCESSES

Prompt and answer are encoded apart, so that the border is exact. A process a core, so each encodes on
one thread (TOKENIZERS_PARALLELISM=false): with threads in each they only get in each other's way.
Caching is off: every run works.
"""
import json
import os
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import datasets  # noqa: E402
import numpy as np  # noqa: E402
from datasets import Dataset, Features, List, Value  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

prompts_file, frame_file, tokenizer_file, out, processes = sys.argv[1:6]
FEATURES = Features(
    {"input_ids": List(Value("int32")), "attention_mask": List(Value("int8")), "labels": List(Value("int64"))}
)
loaded = {}


def tokenizer_of(path):
    """Loaded once a process, with control tokens in data read as text."""
    if path not in loaded:
        loaded[path] = Tokenizer.from_file(path)
        loaded[path].no_truncation()
        loaded[path].no_padding()
        loaded[path].encode_special_tokens = True
    return loaded[path]


def tokenize(batch, path, head, tail, end):
    encoded = tokenizer_of(path).encode_batch(batch["prompt"] + batch["answer"], add_special_tokens=False)
    n = len(batch["prompt"])
    made = {"input_ids": [], "attention_mask": [], "labels": []}
    for prompt, answer in zip(encoded[:n], encoded[n:]):
        ids = np.array(head + prompt.ids + tail + answer.ids + [end], np.int32)
        labels = ids.astype(np.int64)
        labels[: len(ids) - len(answer.ids) - 1] = -100
        made["input_ids"].append(ids)
        made["attention_mask"].append(np.ones(len(ids), np.int8))
        made["labels"].append(labels)
    return made


if __name__ == "__main__":
    datasets.disable_progress_bars()
    frame = json.load(open(frame_file))
    with tempfile.TemporaryDirectory() as folder:
        texts = Dataset.from_json(prompts_file, cache_dir=folder)
        rows = texts.map(
            tokenize,
            batched=True,
            remove_columns=texts.column_names,
            load_from_cache_file=False,
            num_proc=int(processes) if int(processes) > 1 else None,
            fn_kwargs={"path": tokenizer_file, **frame},
            features=FEATURES,
        )
        rows.to_parquet(out)
        print(json.dumps({"rows": len(rows)}))
