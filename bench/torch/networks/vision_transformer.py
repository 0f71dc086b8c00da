# SPDX-License-Identifier: Apache-2.0
"""Twin of ../../networks/vision-transformer.js."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.attention import SelfAttention


class Block(nn.Module):
    def __init__(self, width, num_heads, hidden_width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = SelfAttention(width, num_heads)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, hidden_width)
        self.contract = nn.Linear(hidden_width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.contract(F.gelu(self.expand(self.norm2(x))))


class VisionTransformer(nn.Module):
    def __init__(self, image_size, patch_size, width, num_blocks, num_heads, hidden_width, out_features):
        super().__init__()
        num_patches = (image_size // patch_size) ** 2
        self.patches = nn.Conv2d(3, width, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, num_patches + 1, width))
        self.blocks = nn.Sequential(*(Block(width, num_heads, hidden_width) for _ in range(num_blocks)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, out_features)

    def forward(self, images):
        patches = self.patches(images).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(images), -1, -1)
        x = self.blocks(torch.cat([first, patches], dim=1) + self.position)
        return self.head(self.norm(x[:, 0]))
