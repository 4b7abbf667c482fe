"""Reads a Parquet file with every library that is installed.

Prints {library: {column: rows}}, numbers as strings.
"""
import json
import sys
import tempfile

path = sys.argv[1]


def plain(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return str(value)


def with_pyarrow():
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path, page_checksum_verification=True).to_pydict()


def with_duckdb():
    import duckdb

    # Several thousand rows with threads may come in any order without this.
    result = duckdb.sql(f"select * from read_parquet('{path}')")
    return {name: list(rows) for name, rows in zip(result.columns, zip(*result.fetchall()))}


def with_polars():
    import polars

    return polars.read_parquet(path).to_dict(as_series=False)


def with_datasets():
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        rows = datasets.load_dataset("parquet", data_files=path, split="train", cache_dir=cache)
        columns = {name: list(rows[name]) for name in rows.column_names}
        columns["features"] = [json.dumps(rows.features.to_dict())]
        return columns


def schema():
    import pyarrow.parquet

    return str(pyarrow.parquet.ParquetFile(path).schema).split("\n", 1)[1]


readers = {"pyarrow": with_pyarrow, "duckdb": with_duckdb, "polars": with_polars, "datasets": with_datasets}
answers = {}
for name, read in readers.items():
    try:
        answers[name] = {column: plain(rows) for column, rows in read().items()}
    except ModuleNotFoundError as missing:
        print(f"{name} is not installed: {missing}", file=sys.stderr)
print(json.dumps({"schema": schema(), "read": answers}))
