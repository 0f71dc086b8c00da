# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/vit-tiny.js."""

from torch import optim

from networks.classification import classification_loss
from networks.vision_transformer import VisionTransformer
from programs import Training


def create(case, data):
    model = VisionTransformer(32, 4, width=192, num_blocks=12, num_heads=3, hidden_width=768, out_features=10)
    optimizer = optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.05)
    return Training(model, classification_loss, optimizer)
