# SPDX-License-Identifier: Apache-2.0
"""Twin of ../../networks/conference-student.js."""

from torch import nn
from torch.nn import functional as F

STAGES = [(32, 1), (64, 2), (128, 2), (256, 2)]


class ConvUnit(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride):
        super().__init__()
        padding = (kernel_size - 1) // 2
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return self.norm(self.conv(x))


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


class ConferenceStudent(nn.Module):
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
