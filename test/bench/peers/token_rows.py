"""Rows of tokens as both users of `datasets` make and write them."""
import numpy as np
from datasets import Features, List, Value

FEATURES = Features(
    {"input_ids": List(Value("int32")), "attention_mask": List(Value("int8")), "labels": List(Value("int64"))}
)


def token_rows(tokenizer, batch, frame):
    """Prompts and answers encoded apart, so that the border is exact; `frame` is head, tail and end ids."""
    head, tail, end = frame
    encoded = tokenizer.encode_batch(batch["prompt"] + batch["answer"], add_special_tokens=False)
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
