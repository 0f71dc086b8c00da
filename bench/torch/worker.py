# SPDX-License-Identifier: Apache-2.0
"""Runs one case in PyTorch.

Usage: worker.py MODULE CASE THREADS START. CASE is JSON, START the file of start values and data that the engine
begins from. Says on standard output what it opened, one JSON line; then runs as many steps as each line of standard
input says, and answers with the seconds they took.
"""

import importlib
import json
import platform
import resource
import sys
import time

import torch

from programs import load_params
from start_file import read_start


def matmul_gflops(size=512):
    """Rate of a matrix product [GFLOP/s], the best of three: tells a tuned BLAS from a reference one."""
    a, rates = torch.ones(size, size), []
    for _ in range(3):
        start = time.perf_counter()
        a @ a
        rates.append(2e-9 * size**3 / (time.perf_counter() - start))
    return max(rates)


def main():
    module, case, threads, path = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    params, data = read_start(path)
    begin = time.perf_counter()
    program = importlib.import_module(module).create(case, data)
    load_params(program.model, params)
    del params
    run = program.open(data)
    open_seconds = time.perf_counter() - begin
    opened = {
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "matmulGflops": matmul_gflops(),
        "numParams": sum(p.numel() for p in program.model.parameters()),
        "openSeconds": open_seconds,
    }
    print(json.dumps(opened), flush=True)
    for line in sys.stdin:
        steps, value = int(line), float("nan")
        start = time.perf_counter()
        for _ in range(steps):
            value = run()
        seconds = time.perf_counter() - start
        # Kilobytes on Linux, bytes on macOS.
        unit = 2**20 if sys.platform == "darwin" else 2**10
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        print(json.dumps({"seconds": seconds, "value": value, "peakMiB": peak}), flush=True)


main()
