# SPDX-License-Identifier: Apache-2.0
"""Twin of the system's channel-aware transformer, preset quick."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.attention import SelfAttention

LENGTHS = [4, 8, 16, 32, 64]
WIDTH, NUM_TOKENS, NUM_BLOCKS, NUM_HEADS, EXPANSION = 64, 4, 2, 4, 2
MIN_DB, MAX_DB, MARGIN_DB = -10, 20, 15


def clamped_unit(x, low, high):
    return (x.clamp(low, high) - (low + high) / 2) / ((high - low) / 2)


class ConditionNetwork(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.first = nn.Linear(num_features, WIDTH)
        self.second = nn.Linear(WIDTH, WIDTH)

    def forward(self, features):
        return self.second(F.silu(self.first(features)))


class Conditioner(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.network = ConditionNetwork(num_features)

    def forward(self, es_no_db, *features):
        return self.network(torch.cat([clamped_unit(es_no_db, MIN_DB, MAX_DB), *features], dim=1))


class ModulatedBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = SelfAttention(WIDTH, NUM_HEADS)
        self.expand = nn.Linear(WIDTH, EXPANSION * WIDTH)
        self.contract = nn.Linear(EXPANSION * WIDTH, WIDTH)
        self.modulation = nn.Linear(WIDTH, 6 * WIDTH)

    def forward(self, x, condition):
        joined = self.modulation(F.silu(condition)).unsqueeze(1)
        scale1, shift1, gate1, scale2, shift2, gate2 = joined.chunk(6, dim=2)
        norm1 = F.layer_norm(x, (WIDTH,), eps=1e-6) * (scale1 + 1) + shift1
        x = x + gate1 * self.attention(norm1)
        norm2 = F.layer_norm(x, (WIDTH,), eps=1e-6) * (scale2 + 1) + shift2
        return x + gate2 * self.contract(F.gelu(self.expand(norm2)))


class TokenTransformer(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.embed = nn.Linear(in_features, NUM_TOKENS * WIDTH)
        self.position = nn.Parameter(torch.zeros(1, NUM_TOKENS, WIDTH))
        self.blocks = nn.ModuleList(ModulatedBlock() for _ in range(NUM_BLOCKS))
        self.readout = nn.Linear(NUM_TOKENS * WIDTH, out_features)

    def forward(self, values, condition):
        x = self.embed(values).view(-1, NUM_TOKENS, WIDTH) + self.position
        for block in self.blocks:
            x = block(x, condition)
        return self.readout(x.flatten(1))


class Encoder(nn.Module):
    def __init__(self, embed_dim, num_kinds):
        super().__init__()
        self.conditioner = Conditioner(1 + num_kinds)
        self.transformer = TokenTransformer(embed_dim, 2 * LENGTHS[-1])

    def forward(self, embedding, es_no_db, kind):
        raw = self.transformer(embedding, self.conditioner(es_no_db, kind)).view(-1, LENGTHS[-1], 2)
        starts = [0, *LENGTHS[:-1]]
        increments = raw.split([end - start for start, end in zip(starts, LENGTHS)], dim=1)
        return torch.cat([unit_power(increment) for increment in increments], dim=1)


def unit_power(x):
    return x / (2 * x.square().mean(dim=(1, 2), keepdim=True) + 1e-12).sqrt()


class Decoder(nn.Module):
    def __init__(self, embed_dim, num_kinds):
        super().__init__()
        self.conditioner = Conditioner(3 + num_kinds)
        self.transformer = TokenTransformer(3 * LENGTHS[-1], embed_dim)

    def forward(self, received, es_no_db, kind, mask, equalized_db):
        values = torch.cat([received * mask, mask], dim=2).flatten(1)
        share = mask.mean(dim=(1, 2)).unsqueeze(1)
        equalized = clamped_unit(equalized_db, MIN_DB - MARGIN_DB, MAX_DB + MARGIN_DB)
        return self.transformer(values, self.conditioner(es_no_db, kind, share, equalized))
