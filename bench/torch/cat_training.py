# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/cat-training.js."""

import torch
from torch import nn, optim
from torch.nn import functional as F

from networks.channel_aware_transformer import Decoder, Encoder
from programs import Training

EMBED_DIM = 128
TEMPERATURE = 2
LEAST_NOISE = 1e-9


class Codec(nn.Module):
    def __init__(self, num_kinds):
        super().__init__()
        self.encoder = Encoder(EMBED_DIM, num_kinds)
        self.decoder = Decoder(EMBED_DIM, num_kinds)


class Link(nn.Module):
    def __init__(self, num_kinds):
        super().__init__()
        self.codec = Codec(num_kinds)
        self.receiver_head = nn.Linear(EMBED_DIM, 10)

    def forward(self, data):
        x = self.codec.encoder(data["features"], data["esNoDb"], data["kind"])
        x_hat, equalized = transmit(x, data["h"], data["noise"], data["no"])
        estimate = self.codec.decoder(x_hat, data["esNoDb"], data["kind"], data["mask"], equalized)
        return estimate, self.receiver_head(estimate)


def transmit(x, h, noise, no):
    """y = h x + sqrt(no) noise; MMSE equaliser; ratio after it [dB]. Complex numbers as pairs (re, im)."""
    h_re, h_im = h.unbind(-1)
    x_re, x_im = x.unbind(-1)
    y = torch.stack([h_re * x_re - h_im * x_im, h_re * x_im + h_im * x_re], dim=-1) + noise * no.sqrt()
    y_re, y_im = y.unbind(-1)
    gain = h.square().sum(-1, keepdim=True)
    matched = torch.stack([h_re * y_re + h_im * y_im, h_re * y_im - h_im * y_re], dim=-1)
    ratio = gain / no.clamp(min=LEAST_NOISE)
    return matched / (gain + no), 10 * ratio.clamp(min=LEAST_NOISE).log10().flatten(1)


def standardize(logits):
    centred = logits - logits.mean(1, keepdim=True)
    return centred / (centred.square().mean(1, keepdim=True) + 1e-6).sqrt()


def link_loss(model, data):
    estimate, logits = model(data)
    log_p = F.log_softmax(standardize(data["teacherAnswer"]) / TEMPERATURE, dim=-1)
    log_q = F.log_softmax(standardize(logits) / TEMPERATURE, dim=-1)
    soft = TEMPERATURE**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
    per_image = F.cross_entropy(logits, data["labels"].long(), label_smoothing=0.05, reduction="none")
    is_labelled = data["isLabelled"]
    hard = (per_image * is_labelled).sum() / is_labelled.sum().clamp(min=1)
    feature = F.mse_loss(estimate, data["teacherEmbedding"]) + F.mse_loss(estimate, data["features"])
    return 0.5 * feature + 0.5 * soft + hard


def create(case, data):
    model = Link(num_kinds=data["kind"].shape[1])
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    return Training(model, link_loss, optimizer, clip_norm=5, average_decay=0.998)
