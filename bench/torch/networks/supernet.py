# SPDX-License-Identifier: Apache-2.0
"""Twin of the system's supernet with the set k7, partial channels and edge normalisation.

What the engine shares is shared here too: one ReLU for each input of a cell, one shuffle for each cell node.
"""

import torch
from torch import nn
from torch.nn import functional as F

from networks.primitives import K7, ConvNorm, FactorizedReduce


class MixedOp(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.primitives = nn.ModuleDict({name: create(channels, stride) for name, create in K7.items()})

    def forward(self, raw, rectified, weights):
        return sum(w * op(raw, rectified) for w, op in zip(weights[1:], self.primitives.values()))


class CellInputs(nn.Module):
    def __init__(self, in_channels, channels, follows_reduction):
        super().__init__()
        before_last, last = in_channels
        older = FactorizedReduce if follows_reduction else lambda i, o: ConvNorm(i, o, 1)
        self.before_last = older(before_last, channels)
        self.last = ConvNorm(last, channels, 1)

    def forward(self, before_last, last):
        return [self.before_last(before_last), self.last(last)]


class Cell(nn.Module):
    def __init__(self, in_channels, channels, follows_reduction, is_reduction, num_cell_nodes, partial):
        super().__init__()
        self.inputs = CellInputs(in_channels, channels, follows_reduction)
        self.is_reduction, self.num_cell_nodes, self.partial = is_reduction, num_cell_nodes, partial
        self.edges = nn.ModuleList(
            MixedOp(channels // partial, self.stride(source))
            for node in range(num_cell_nodes)
            for source in range(node + 2)
        )

    def stride(self, source):
        return 2 if self.is_reduction and source < 2 else 1

    def prepare(self, x, source):
        active = x.shape[1] // self.partial
        raw, rest = x[:, :active], x[:, active:]
        return raw, F.relu(raw), rest if self.stride(source) == 1 else F.max_pool2d(rest, 2)

    def forward(self, before_last, last, shares, betas):
        maps = self.inputs(before_last, last)
        prepared = [self.prepare(x, source) for source, x in enumerate(maps)]
        nodes, edge = [], 0
        for node in range(self.num_cell_nodes):
            active = bypass = 0
            for raw, rectified, rest in prepared:
                active = active + self.edges[edge](raw, rectified, shares[edge])
                bypass = bypass + betas[edge] * rest
                edge += 1
            joined = torch.cat([active, bypass], dim=1)
            n, c, h, w = joined.shape
            y = joined.view(n, self.partial, c // self.partial, h, w).transpose(1, 2).reshape(n, c, h, w)
            nodes.append(y)
            if node + 1 < self.num_cell_nodes:
                prepared.append(self.prepare(y, node + 2))
        return torch.cat(nodes, dim=1)


class Head(nn.Module):
    def __init__(self, in_features, num_classes):
        super().__init__()
        self.linear = nn.Linear(in_features, num_classes)

    def forward(self, x):
        return self.linear(x.mean(dim=(2, 3)))


class Supernet(nn.Module):
    def __init__(self, channels, num_cells, num_cell_nodes, partial_channels, num_classes):
        super().__init__()
        self.sizes = [node + 2 for node in range(num_cell_nodes)]
        num_edges, num_primitives = sum(self.sizes), 1 + len(K7)
        self.alpha_normal = nn.Parameter(torch.zeros(num_edges, num_primitives))
        self.alpha_reduce = nn.Parameter(torch.zeros(num_edges, num_primitives))
        self.beta_normal = nn.Parameter(torch.zeros(num_edges))
        self.beta_reduce = nn.Parameter(torch.zeros(num_edges))
        self.stem = ConvNorm(3, 3 * channels, 3, stride=2, affine=True)
        self.cells = nn.ModuleList()
        in_channels, follows_reduction = (3 * channels, 3 * channels), False
        for index in range(num_cells):
            is_reduction = index in (num_cells // 3, 2 * num_cells // 3)
            channels *= 2 if is_reduction else 1
            sizes = (num_cell_nodes, partial_channels)
            self.cells.append(Cell(in_channels, channels, follows_reduction, is_reduction, *sizes))
            in_channels, follows_reduction = (in_channels[1], num_cell_nodes * channels), is_reduction
        self.head = Head(num_cell_nodes * channels, num_classes)

    def architecture_params(self):
        return [self.alpha_normal, self.alpha_reduce, self.beta_normal, self.beta_reduce]

    def edge_weights(self, alpha, beta):
        betas = torch.cat([group.softmax(0) for group in beta.split(self.sizes)])
        shares = alpha.softmax(1) * betas.unsqueeze(1)
        return [row.unbind() for row in shares], betas.unbind()

    def forward(self, images):
        normal = self.edge_weights(self.alpha_normal, self.beta_normal)
        reduce = self.edge_weights(self.alpha_reduce, self.beta_reduce)
        output = self.stem(images)
        before_last = last = F.relu(output)
        for cell in self.cells:
            output = cell(before_last, last, *(reduce if cell.is_reduction else normal))
            before_last, last = last, F.relu(output)
        return self.head(output)
