# SPDX-License-Identifier: Apache-2.0
"""What a case runs: a training step or an inference, as the engine does it."""

import re

import torch


def load_params(model, params):
    """Copies the engine's start values; every value must have its place and every place its value."""
    places = dict(model.named_parameters())
    places.update((n, b) for n, b in model.named_buffers() if not n.endswith("num_batches_tracked"))
    values = {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name): value for name, value in params.items()}
    if places.keys() != values.keys():
        raise ValueError(f"names differ: {sorted(places.keys() ^ values.keys())}")
    with torch.no_grad():
        for name, place in places.items():
            value = values[name]
            # The engine's filters are OHWI.
            place.copy_(value.permute(0, 3, 1, 2) if value.dim() == 4 else value)


class Training:
    """Forward, backward, clipping, optimizer, running average of weights and buffers."""

    def __init__(self, model, loss, optimizer, clip_norm=None, average_decay=None):
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.clip_norm = clip_norm
        self.average_decay = average_decay
        self.done = 0

    def open(self, data):
        trained = [p for group in self.optimizer.param_groups for p in group["params"]]
        buffers = [b for b in self.model.buffers() if b.is_floating_point()]
        live = [tensor.detach() for tensor in trained + buffers]
        averages = [tensor.clone() for tensor in live] if self.average_decay is not None else []

        def step():
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(self.model, data)
            loss.backward()
            if self.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(trained, self.clip_norm)
            self.optimizer.step()
            if self.average_decay is not None:
                decay = min(self.average_decay, (1 + self.done) / (10 + self.done))
                torch._foreach_mul_(averages, decay)
                torch._foreach_add_(averages, live, alpha=1 - decay)
            self.done += 1
            return loss.item()

        return step


class Inference:
    """Forward pass without gradients; its value is the mean square of the output."""

    def __init__(self, model, forward):
        self.model = model.eval()
        self.forward = forward

    def open(self, data):
        def run():
            with torch.inference_mode():
                return self.forward(self.model, data).square().mean().item()

        return run
