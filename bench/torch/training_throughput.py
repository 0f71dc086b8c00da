# SPDX-License-Identifier: Apache-2.0
"""Trains the student of ../student.js in PyTorch.

Usage: training_throughput.py BATCH THREADS. Says on standard output what it is, one JSON line; then runs as many
steps as each line of standard input says, and answers with the seconds they took.
"""

import json
import platform
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

STAGES = [(32, 1), (64, 2), (128, 2), (256, 2)]


class ConvUnit(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride):
        padding = (kernel_size - 1) // 2
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False),
            nn.BatchNorm2d(out_channels),
        )


class BasicBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.first = ConvUnit(in_channels, out_channels, 3, stride)
        self.second = ConvUnit(out_channels, out_channels, 3, 1)
        keeps_shape = stride == 1 and in_channels == out_channels
        self.shortcut = None if keeps_shape else ConvUnit(in_channels, out_channels, 1, stride)

    def forward(self, x):
        y = self.second(F.relu(self.first(x)))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvUnit(3, 16, 3, 1)
        blocks, in_channels = [], 16
        for width, stride in STAGES:
            blocks += [BasicBlock(in_channels, width, stride), BasicBlock(width, width, 1)]
            in_channels = width
        self.blocks = nn.Sequential(*blocks)
        self.embed = nn.Linear(in_channels, 512)
        self.head = nn.Linear(512, 10)

    def forward(self, x):
        pooled = F.max_pool2d(F.relu(self.stem(x)), kernel_size=3, stride=2, padding=1)
        return self.head(self.embed(self.blocks(pooled).mean(dim=(2, 3))))


def main():
    batch, threads = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    student = Student()
    optimizer = torch.optim.SGD(student.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.1)
    x, label = torch.randn(batch, 3, 32, 32), torch.arange(batch) % 10
    print(json.dumps({"torch": torch.__version__, "python": platform.python_version()}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            optimizer.zero_grad()
            loss_of(student(x), label).backward()
            optimizer.step()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
