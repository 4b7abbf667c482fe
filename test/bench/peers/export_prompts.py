"""Finished prompts of a release as text, in its own order, for the peers that tokenize them.

    python export_prompts.py RELEASE TOKENIZER.json OUT.ndjson FRAME.json

Writes {"prompt", "answer"} a line. The chat frame around the prompt is the same in every row; it is
taken off and written once, as ids, into FRAME.json: the careful user adds it by number.
"""
import json
import sys

import pyarrow.parquet as pq
from tokenizers import Tokenizer

release, tokenizer_file, out, frame_file = sys.argv[1:5]
tokenizer = Tokenizer.from_file(tokenizer_file)
frame = None
rows = tokens = 0


def cut_frame(prompt, answer):
    """Head, tail and end token of a row: what is before the first line's text and from the last <|im_end|> on."""
    ids = tokenizer.encode("<|im_start|>user\n", add_special_tokens=False).ids
    im_end = tokenizer.token_to_id("<|im_end|>")
    if prompt[: len(ids)] != ids or im_end not in prompt:
        sys.exit("the prompts are in another frame than Qwen's: this script knows no other")
    last = len(prompt) - 1 - prompt[::-1].index(im_end)
    return {"head": ids, "tail": prompt[last:], "end": answer[-1]}


manifest = json.load(open(release + "/manifest.json", encoding="utf-8"))
files = [each["path"] for each in manifest["files"] if each["kind"] == "data"]
with open(out, "w", encoding="utf-8") as lines:
    for file in files:
        for batch in pq.ParquetFile(f"{release}/{file}").iter_batches(batch_size=500, columns=["input_ids", "labels"]):
            prompts, answers = [], []
            for ids, labels in zip(batch["input_ids"].to_pylist(), batch["labels"].to_pylist()):
                cut = next(i for i, label in enumerate(labels) if label != -100)
                prompt, answer = ids[:cut], ids[cut:]
                frame = frame or cut_frame(prompt, answer)
                head, tail = len(frame["head"]), len(frame["tail"])
                if prompt[:head] != frame["head"] or prompt[-tail:] != frame["tail"] or answer[-1] != frame["end"]:
                    sys.exit(f"row {rows + len(prompts)} has another frame than the first")
                prompts.append(prompt[head:-tail])
                answers.append(answer[:-1])
                tokens += len(ids)
            texts = [tokenizer.decode_batch(each, skip_special_tokens=False) for each in (prompts, answers)]
            for prompt, answer in zip(*texts):
                lines.write(json.dumps({"prompt": prompt, "answer": answer}, ensure_ascii=False) + "\n")
            rows += len(prompts)
json.dump(frame, open(frame_file, "w"))
print(json.dumps({"rows": rows, "tokens": tokens, "files": len(files)}))
