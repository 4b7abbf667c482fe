"""The whole job as a Python user would write it: pandas for the as-of join, `datasets` to tokenize and write.

    python whole_job.py TABLES TOKENIZER.json OUT PROCESSES

Reads the tables of ifdb, asks the questions of pipelines/recipes/ifdb.yaml (four tasks, splits by time with a
gap, held-out members, a capped label), and writes a Parquet file a split with input_ids, attention_mask and
labels. Draws and levels are its own; histories are filled to the same context, and answers are the same.
Prints {"rows", "tokens"}. One seed: every run makes the same.
"""
import json
import os
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "true"

import datasets  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from datasets import Dataset  # noqa: E402
from token_rows import FEATURES, token_rows  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

tables, tokenizer_file, out, processes = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

DAY = 86_400_000
CONTEXT, WINDOW, NEXT_WINDOW, SESSION_GAP = 2048, 7 * DAY, 30 * DAY, 30 * 60_000
SHARE, PER_DAY, HELD_OUT, VARIANTS, NOTHING_MORE_MAX = 0.1, 5, 0.02, 0.1, 1500
LEVELS, UNTIL_USED = (120, 48, 16), (0.4, 0.7)
ms = lambda text: int(pd.Timestamp(text, tz="UTC").timestamp() * 1000)  # noqa: E731
T1, T2, UNTIL, GAP = ms("2023-01-01"), ms("2024-01-01"), ms("2025-07-01"), 30 * DAY
ACTIONS = ["tagged", "wishlisted", "played"]  # weakest first: the code is the strength
WILL = ["tag", "wish for", "play"]
PAST = ["tagged", "wished for", "played"]
NEVER = -(1 << 60)
HEAD, TAIL, END = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", "<|im_end|>"
TEXTS = {
    "pointwise": (
        "Instruction:\nYou are provided a member's profile and a set of games, their description, and interactions "
        "that the member had with the games. For each past game, the member has taken one of the following actions: "
        "played, wished for, or tagged.\nYour task is to analyze the game interaction data along with the member's "
        "profile to predict whether the member will play, wish for, or tag a new game.\n",
        "Question:\nWill the member play, wish for, or tag the following game:\n",
    ),
    "binary": (
        "Instruction:\nYou are provided a member's profile and the games that the member came across before, with "
        "what the member did. Decide whether the member will play, wish for, or tag one more game. Answer Yes or No.\n",
        "Question:\nWill the member play, wish for, or tag the following game?\n",
    ),
    "choose": (
        "Instruction:\nYou are provided a member's profile, the games that the member came across before, and a list "
        "of candidates marked A to H. Exactly one of the candidates is the game that the member will play, wish for, "
        "or tag next. Answer with its letter.\n",
        "Candidates:\n",
    ),
    "next": (
        "Instruction:\nYou are provided a member's profile and what the member did with games so far. The member has "
        'just acted on the "Question" game. Predict the next, stronger action on that game, or that nothing more '
        "will come.\n",
        "Question:\nWhat will the member do next with the following game:\n",
    ),
}
random = np.random.default_rng(7)


def load_tokenizer():
    """Control tokens in data are read as text."""
    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def milliseconds(times):
    """Epoch milliseconds; NEVER where there is no time."""
    parsed = pd.to_datetime(times, errors="coerce", format="ISO8601", utc=True)
    return parsed.astype("datetime64[ms, UTC]").astype("int64").where(parsed.notna(), NEVER).to_numpy()


def read_items():
    """Items with the time from which each is known: the end of a bare year; NEVER means from the beginning."""
    items = pd.read_csv(f"{tables}/items.csv", dtype=str, keep_default_na=False)
    published = items["published"].str.slice(0, 19)
    is_year = published.str.fullmatch(r"\d{4}(-00-00.*)?")
    full = milliseconds(published.where(~is_year & (published != ""), None))
    years = pd.to_numeric(published.where(is_year).str.slice(0, 4))
    ends = pd.to_datetime((years + 1).astype("Int64").astype("string"), format="%Y", utc=True, errors="coerce")
    ends = ends.astype("datetime64[ms, UTC]").astype("int64") - 1
    items["known"] = np.where(is_year, ends, full)
    return items


def line_of(fields):
    return "[" + ", ".join(f"{label}: {' '.join(text.split())}" for label, text in fields if text.strip()) + "]"


def cut_lines(tokenizer, lines):
    """Each line at each level with its cost in tokens: encoded once, then cut and written as text again."""
    encode = lambda some: [each.ids for each in tokenizer.encode_batch(some, add_special_tokens=False)]  # noqa: E731
    encoded = encode([line + "\n" for line in lines])
    texts, costs = [], []
    for most in LEVELS:
        cut = tokenizer.decode_batch([ids[: most - 2] for ids in encoded], skip_special_tokens=False)
        whole = [len(ids) <= most for ids in encoded]
        texts.append([f"{line}\n" if fits else f"{short} …]\n" for line, short, fits in zip(lines, cut, whole)])
        costs.append(np.array([len(ids) for ids in encode(texts[-1])]))
    return texts, costs


def read_events(codes):
    """Interactions in order, a member's together; events on items that are not defined keep the code -1."""
    events = pd.read_csv(f"{tables}/events.csv", dtype=str, keep_default_na=False)
    events["t"] = milliseconds(events["timestamp"])
    events.loc[events["t"] < ms("1981-01-01"), "t"] = NEVER
    events["item"] = codes.reindex(events["item_id"]).fillna(-1).astype(int).to_numpy()
    # An item without a row is an item all the same: sessions and histories tell it from others.
    others = pd.factorize(events["item_id"])[0]
    events["thing"] = np.where(events["item"] >= 0, events["item"], len(codes) + others)
    events["action"] = events["action"].map({name: i for i, name in enumerate(ACTIONS)})
    events["n"] = np.arange(len(events))
    return events.sort_values(["member_id", "t", "n"], ignore_index=True)


def ask(events):
    """Which events are asked about: first of an item in a session, or a weaker action; a share, capped by day."""
    known = events["t"] != NEVER
    gap = events.groupby("member_id")["t"].diff().fillna(SESSION_GAP)
    session = (gap >= SESSION_GAP).cumsum()
    events["opens"] = known & ~pd.DataFrame({"s": session, "i": events["thing"]})[known].duplicated().reindex(
        events.index, fill_value=True
    )
    events["weaker"] = known & (events["action"] < 2)
    events["draw"] = random.random(len(events))
    asked = events[(events["opens"] | events["weaker"]) & (random.random(len(events)) < SHARE)].copy()
    asked["day"] = asked["t"] // DAY
    # Decided at once, as of its moment: among the least draws of its day so far.
    before = asked.groupby(["member_id", "day"])["draw"]
    asked["rank"] = before.transform(lambda draws: [int((draws[: i + 1] < d).sum()) for i, d in enumerate(draws)])
    return asked[asked["rank"] < PER_DAY]


def split_of(t, closes, held_out):
    """Vectors in, names out; empty where a row is in no split."""
    test = np.where(t >= T2 + GAP, "test", "")
    validation = np.where((t >= T1 + GAP) & (t < T2), "validation", test)
    ordinary = np.where(closes <= T1, "train", validation)
    split = np.where(held_out, np.where(t >= T1 + GAP, "test_members", ""), ordinary)
    return np.where(closes <= UNTIL, split, "")


def questions_of(asked, items, members):
    """A row a question with its split, its item and profile as of T."""
    held = pd.Series(random.random(len(members)) < HELD_OUT, index=members["member_id"])
    base = asked[["member_id", "t", "item", "thing", "action", "opens", "weaker"]].copy()
    base["at"] = base.index
    parts = []
    for task, which, window in (
        ("pointwise", "opens", WINDOW),
        ("binary", "opens", WINDOW),
        ("choose", "opens", WINDOW),
        ("next", "weaker", NEXT_WINDOW),
    ):
        part = base[base[which]].copy()
        part["task"] = task
        part["t"] += int(task == "next")
        part["closes"] = part["t"] + window
        parts.append(part)
    questions = pd.concat(parts, ignore_index=True)
    questions["split"] = split_of(
        questions["t"].to_numpy(),
        questions["closes"].to_numpy(),
        questions["member_id"].map(held).fillna(False).to_numpy(bool),
    )
    # As of T: the newest version of the item and of the profile that was known before.
    versions = pd.DataFrame({"item": np.arange(len(items)), "known": items["known"], "version": np.arange(len(items))})
    profiles = members[["member_id", "created", "line"]].rename(columns={"created": "known", "line": "profile"})
    questions = questions.sort_values("t", kind="stable")
    for table, by in ((versions, "item"), (profiles, "member_id")):
        questions = pd.merge_asof(
            questions,
            table.sort_values("known", kind="stable"),
            left_on="t",
            right_on="known",
            by=by,
            allow_exact_matches=False,
        ).drop(columns="known")
    dated = (items["known"] != NEVER).to_numpy()
    draws = questions["task"].isin(["binary", "choose"])
    is_there = questions["version"].notna()
    is_dated = np.zeros(len(questions), bool)
    is_dated[is_there] = dated[questions["version"][is_there].astype(int)]
    questions = questions[is_there & (is_dated | ~draws) & (questions["split"] != "")]
    return questions.reset_index(drop=True)


def history_of(member, t, left_out):
    """Items seen at T, each once, under its strongest action at the newest event with it; newest first."""
    end = np.searchsorted(member["t"], t, side="left")
    thing, action = member["thing"][:end], member["action"][:end]
    order = np.argsort(action, kind="stable")[::-1]
    _, first = np.unique(thing[order], return_index=True)
    at = np.sort(order[first])[::-1]
    keep = (member["item"][at] >= 0) & ~np.isin(thing[at], left_out)
    at = at[keep]
    return at[known_at[member["item"][at]] < t]


def balanced(actions):
    """One of each action in turn, strongest first."""
    rank = np.empty(len(actions), int)
    for action in range(3):
        which = np.flatnonzero(actions == action)
        rank[which] = np.arange(len(which))
    return np.lexsort((-actions, rank))


def fill(items, heading, room):
    """Level of each entry that fits: whole lines first, shorter ones as the room gets full."""
    levels = np.empty(0, int)
    used = 0
    for level, cost in enumerate(costs):
        rest = items[len(levels) :]
        if not len(rest):
            break
        sums = used + np.cumsum(cost[rest] + heading[len(levels) :])
        most = int(np.searchsorted(sums, room, side="right"))
        if level < 2:
            before = np.concatenate([[used], sums[:-1]])
            most = min(most, int(np.searchsorted(before, UNTIL_USED[level] * room, side="left")))
        if most:
            used = int(sums[most - 1])
        levels = np.concatenate([levels, np.full(most, level)])
    return levels


def age_texts(days):
    """How old an event is said to be."""
    if days < 7:
        return "Today" if days == 0 else "Yesterday" if days == 1 else f"{days} days ago"
    if days < 30:
        return "1 week ago" if days < 14 else f"{days // 7} weeks ago"
    return "1 month ago" if days < 60 else f"{days // 30} months ago"


def history_lines(question, member, room, left_out):
    at = history_of(member, question.t, left_out)
    if question.task == "next":
        at = at[balanced(member["action"][at])]
    item, action, t = member["item"][at], member["action"][at], member["t"][at]
    days = np.where(t == NEVER, -1, question.t // DAY - np.maximum(t, 0) // DAY)
    by_action = question.task in ("binary", "next")
    if by_action:
        headings = [f"Member has {PAST[a]} the following games:\n" for a in action]
        dear = np.zeros(len(at), int)
    else:
        headings = [
            f"{'Time unknown' if d < 0 else age_texts(d)}, {PAST[a]}:\n" for d, a in zip(days.tolist(), action.tolist())
        ]
        dear = np.array([8 * (i == 0 or headings[i] != headings[i - 1]) for i in range(len(at))], int)
    levels = fill(item, dear, room)
    shown = np.arange(len(levels))
    shown = shown[np.lexsort((at[shown], action[shown]))] if by_action else shown[::-1]
    lines, last = [], None
    for i in shown.tolist():
        if headings[i] != last:
            lines.append(headings[i])
            last = headings[i]
        lines.append(texts[levels[i]][item[i]])
    return lines


def label_of(question, member):
    """Answer of the question by what the member did on the item in the window."""
    in_window = (member["thing"] == question.thing) & (member["t"] >= question.t) & (member["t"] < question.closes)
    if question.task != "next":
        return f"The member will {WILL[int(member['action'][in_window].max())]}"
    seen = (member["thing"] == question.thing) & (member["t"] < question.t)
    stronger = np.flatnonzero(in_window & (member["action"] > member["action"][seen].max()))
    return f"The member will {WILL[member['action'][stronger[0]]] if len(stronger) else 'do nothing more'}"


def drawn(question, member, count):
    """Items that were known at T and on which the member did nothing in the window."""
    there = int(np.searchsorted(population_known, question.t, side="left"))
    in_window = (member["t"] >= question.t) & (member["t"] < question.closes)
    barred = set(member["thing"][in_window].tolist()) | {question.thing}
    found = []
    for i in random.integers(0, there, 20 + 4 * count).tolist() if there else []:
        item = int(population[i])
        if item not in barred:
            found.append(item)
            barred.add(item)
        if len(found) == count:
            return found
    return None


def render(question, member, fixed):
    """Prompt and answer; None where there are too few candidates."""
    asked, left_out, letters = [question.item], [], ""
    answer = "Yes" if question.task == "binary" else None
    if question.task == "binary" and random.random() < 0.5:
        asked = drawn(question, member, 1)
        if asked is None:
            return None
        did = (member["thing"] == asked[0]) & (member["t"] >= question.t) & (member["t"] < question.closes)
        answer = "Yes" if did.any() else "No"
    if question.task == "choose":
        wrong = drawn(question, member, 7)
        if wrong is None:
            return None
        asked = random.permutation([question.item, *wrong]).tolist()
        letters = "ABCDEFGH"
        answer = letters[asked.index(question.item)]
    if question.task in ("binary", "choose"):
        left_out = asked
    if answer is None:
        answer = question.answer
    question_lines = [f"{letters[i]}:\n{texts[0][item]}" if letters else texts[0][item] for i, item in enumerate(asked)]
    cost = sum(int(costs[0][item]) + 2 * bool(letters) for item in asked)
    profile = f"Member Profile:\n{question.profile}\n" if isinstance(question.profile, str) else ""
    room = CONTEXT - fixed[question.task] - cost - (question.profile_cost if profile else 0)
    history = history_lines(question, member, room, left_out)
    before, after = TEXTS[question.task]
    block = ["Past game interaction data:\n", *history] if history else []
    return "".join([before, profile, *block, after, *question_lines, "Answer:"]), answer


loaded = {}


def tokenize(batch, head, tail, end):
    tokenizer = loaded.get("it") or loaded.setdefault("it", load_tokenizer())
    return token_rows(tokenizer, batch, (head, tail, end))


if __name__ == "__main__":
    datasets.disable_progress_bars()
    tokenizer = load_tokenizer()
    items = read_items()
    codes = pd.Series(np.arange(len(items)), index=items["item_id"])
    known_at = items["known"].to_numpy()
    dated = np.flatnonzero(known_at != NEVER)
    population = dated[np.argsort(known_at[dated], kind="stable")]
    population_known = known_at[population]
    labels = ["Title", "Author", "Genre", "Description"]
    columns = [items[label.lower()] for label in labels]
    texts, costs = cut_lines(tokenizer, [line_of(zip(labels, row)) for row in zip(*columns)])

    members = pd.read_csv(f"{tables}/members.csv", dtype=str, keep_default_na=False)
    members["created"] = milliseconds(members["created"].where(members["created"] != "", None))
    spoken = [
        ", ".join(
            f"{label}: {' '.join(text.split())[:600]}"
            for label, text in zip(["Location", "gender", "in their own words"], row)
            if text.strip()
        )
        for row in zip(members["location"], members["gender"], members["profile"])
    ]
    members["line"] = [line or None for line in spoken]

    events = read_events(codes)
    questions = questions_of(ask(events), items, members)
    of_member = {
        name: {column: part[column].to_numpy() for column in ("t", "item", "thing", "action")}
        for name, part in events.groupby("member_id", sort=False)
    }
    questions["answer"] = [label_of(each, of_member[each.member_id]) for each in questions.itertuples(index=False)]
    capped = questions[
        (questions["task"] == "next")
        & (questions["split"] == "train")
        & questions["answer"].str.endswith("nothing more")
    ]
    if len(capped) > NOTHING_MORE_MAX:
        questions = questions.drop(capped.sample(len(capped) - NOTHING_MORE_MAX, random_state=7).index)
    # A tenth of the test is asked once more in other words.
    again = questions[(questions["split"] == "test") & (random.random(len(questions)) < VARIANTS)]
    questions = pd.concat([questions, again.assign(split="test_template")], ignore_index=True)
    with_line = questions["profile"].notna()
    lines = tokenizer.encode_batch(questions["profile"][with_line].tolist(), add_special_tokens=False)
    questions["profile_cost"] = 0
    questions.loc[with_line, "profile_cost"] = [5 + len(each.ids) for each in lines]

    control = load_tokenizer()
    control.encode_special_tokens = False
    head, tail = (control.encode(each, add_special_tokens=False).ids for each in (HEAD, TAIL))
    end = control.token_to_id(END)
    size = lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)  # noqa: E731
    # The frame, the block's heading, the longest answer, and where lines are joined.
    fixed = {task: size("".join(text)) + len(head) + len(tail) + 40 for task, text in TEXTS.items()}
    made = [render(each, of_member[each.member_id], fixed) for each in questions.itertuples(index=False)]
    rows = pd.DataFrame(
        [(*each, split) for each, split in zip(made, questions["split"]) if each is not None],
        columns=["prompt", "answer", "split"],
    ).sample(frac=1, random_state=7)

    os.makedirs(out)
    found = {"rows": 0, "tokens": 0}
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with tempfile.TemporaryDirectory() as cache:
        for split, part in rows.groupby("split"):
            data = Dataset.from_pandas(part[["prompt", "answer"]], preserve_index=False)
            data = data.map(
                tokenize,
                batched=True,
                remove_columns=["prompt", "answer"],
                num_proc=processes,
                load_from_cache_file=False,
                cache_file_name=f"{cache}/{split}.arrow",
                fn_kwargs={"head": head, "tail": tail, "end": end},
                features=FEATURES,
            )
            data.to_parquet(f"{out}/{split}.parquet")
            columns = data.with_format("arrow").iter(1000)
            lengths = np.concatenate([batch["input_ids"].combine_chunks().value_lengths() for batch in columns])
            if (lengths > CONTEXT).any():
                sys.exit(f"{int((lengths > CONTEXT).sum())} rows of {split} are longer than the context")
            found["rows"] += len(lengths)
            found["tokens"] += int(lengths.sum())
            found[split] = len(lengths)
    print(json.dumps(found))
