# SPDX-License-Identifier: Apache-2.0
"""Twins of the primitives of the set k7: modules that get a map and its shared ReLU."""

import torch
from torch import nn
from torch.nn import functional as F


class ConvNorm(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, affine=False):
        super().__init__()
        padding = kernel_size // 2
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(out_channels, affine=affine)

    def forward(self, x):
        return self.norm(self.conv(x))


class DepthwiseSeparable(nn.Module):
    def __init__(self, channels, kernel_size, stride, dilation):
        super().__init__()
        padding = dilation * (kernel_size - 1) // 2
        self.depthwise = nn.Conv2d(
            channels, channels, kernel_size, stride, padding, dilation, groups=channels, bias=False
        )
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels, affine=False)

    def forward(self, x):
        return self.norm(self.pointwise(self.depthwise(x)))


class FactorizedReduce(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.even = nn.Conv2d(in_channels, out_channels // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(in_channels, out_channels // 2, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(out_channels, affine=False)

    def forward(self, x):
        return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], dim=1))


class Skip(nn.Module):
    def forward(self, raw, rectified):
        return raw


class Reduction(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.reduce = FactorizedReduce(channels, channels)

    def forward(self, raw, rectified):
        return self.reduce(rectified)


class PooledNorm(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.stride = stride

    def forward(self, raw, rectified):
        return self.norm(F.avg_pool2d(raw, 3, self.stride, padding=1, count_include_pad=False))


class Rectified(nn.Module):
    def __init__(self, unit):
        super().__init__()
        self.unit = unit

    def forward(self, raw, rectified):
        return self.unit(rectified)


class SepConv(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.first = DepthwiseSeparable(channels, 3, stride, 1)
        self.second = DepthwiseSeparable(channels, 3, 1, 1)

    def forward(self, raw, rectified):
        return self.second(F.relu(self.first(rectified)))


# The set k7 without `none`, which is column 0 and adds nothing.
K7 = {
    "skip_connect": lambda channels, stride: Skip() if stride == 1 else Reduction(channels),
    "avg_pool_3x3": PooledNorm,
    "conv_1x1": lambda channels, stride: Rectified(ConvNorm(channels, channels, 1, stride)),
    "dil_conv_3x3": lambda channels, stride: Rectified(DepthwiseSeparable(channels, 3, stride, 2)),
    "sep_conv_3x3": SepConv,
    "conv_3x3": lambda channels, stride: Rectified(ConvNorm(channels, channels, 3, stride)),
}
