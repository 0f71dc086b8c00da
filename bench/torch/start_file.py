# SPDX-License-Identifier: Apache-2.0
"""Reads the safetensors file that a case begins from."""

import json

import torch

DTYPES = {"F32": torch.float32, "I32": torch.int32, "I64": torch.int64}


def read_start(path):
    """Start values and data by name, two dictionaries."""
    groups = {"param": {}, "data": {}}
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            file.seek(8 + length + begin)
            values = bytearray(file.read(end - begin))
            group, key = name.split(":", 1)
            groups[group][key] = torch.frombuffer(values, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return groups["param"], groups["data"]
