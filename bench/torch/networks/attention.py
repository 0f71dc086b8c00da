# SPDX-License-Identifier: Apache-2.0
"""Twin of the engine's SelfAttention."""

from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, width, num_heads):
        super().__init__()
        self.project = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.num_heads = num_heads

    def forward(self, x):
        batch, tokens, width = x.shape
        joined = self.project(x).view(batch, tokens, 3, self.num_heads, width // self.num_heads)
        q, k, v = joined.permute(2, 0, 3, 1, 4)
        scores = (q * (width // self.num_heads) ** -0.5) @ k.transpose(-2, -1)
        return self.mix((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width))
