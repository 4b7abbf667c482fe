"""Hugging Face encode_batch over texts that it never saw, on all cores, in batches.

    python encode_texts.py TEXTS.json TOKENIZER.json

Prints bytes, seconds of the encoding alone, tokens, and the SHA-256 of all ids as int32.
"""
import hashlib
import json
import sys
import time

import numpy as np
from tokenizers import Tokenizer

texts_file, tokenizer_file = sys.argv[1:3]
BATCH = 2048
texts = json.load(open(texts_file, encoding="utf-8"))
tokenizer = Tokenizer.from_file(tokenizer_file)
tokenizer.no_truncation()
tokenizer.no_padding()
tokenizer.encode_special_tokens = True

started, cpu = time.perf_counter(), time.process_time()
ids = []
for i in range(0, len(texts), BATCH):
    ids += [each.ids for each in tokenizer.encode_batch(texts[i : i + BATCH], add_special_tokens=False)]
seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
digest = hashlib.sha256()
for each in ids:
    digest.update(np.array(each, np.int32).tobytes())
print(
    json.dumps(
        {
            "texts": len(texts),
            "bytes": sum(len(text.encode("utf-8")) for text in texts),
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "tokens": sum(map(len, ids)),
            "sha256": digest.hexdigest(),
        }
    )
)
