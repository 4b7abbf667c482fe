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
from datasets import Dataset  # noqa: E402
from token_rows import FEATURES, token_rows  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

prompts_file, frame_file, tokenizer_file, out, processes = sys.argv[1:6]
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
    return token_rows(tokenizer_of(path), batch, (head, tail, end))


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
