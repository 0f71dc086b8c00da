# SPDX-License-Identifier: Apache-2.0
"""Writes the foreign models of the import tests: two ONNX files made by PyTorch, and what PyTorch computes with them.

Run with PyTorch 1.13 in this folder: python3 export_models.py
Weights and inputs are drawn from seed 0; values are computed in float64 and stored with nine digits.
"""
import json

import torch
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 2, dilation=2, groups=2, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = nn.Conv2d(in_channels, out_channels, 1, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = ResidualBlock(8, 8, 1)
        self.layer2 = ResidualBlock(8, 16, 2)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Block(nn.Module):
    """Pre-norm block, attention as in timm: one projection, permuted to heads."""

    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.heads = heads

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5
        mixed = (scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(batch, tokens, width)
        x = x + self.proj(mixed)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ClipBlock(nn.Module):
    """Pre-norm block as in CLIP: tokens first, PyTorch's own attention, quick GELU."""

    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        x = x.permute(1, 0, 2)
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        y = self.fc1(self.ln_2(x))
        x = x + self.fc2(y * torch.sigmoid(1.702 * y))
        return x.permute(1, 0, 2)


class VisionTransformer(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, width, 4, 4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 17, width))
        self.ln_pre = nn.LayerNorm(width)
        self.blocks = nn.Sequential(Block(width, heads), ClipBlock(width, heads))
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, 24) * 0.2)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1) + self.pos_embed
        x = self.blocks(self.ln_pre(x))
        return F.normalize(self.ln_post(x[:, 0]) @ self.proj, dim=-1)


def stored(tensor):
    return {
        "shape": list(tensor.shape),
        "data": [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()],
    }


def randomize(model):
    """Statistics and affine maps of normalisations that are no identity."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)


def write(name, model, images, output, opset, watched):
    randomize(model)
    model.eval()
    torch.onnx.export(
        model,
        images,
        f"{name}.onnx",
        opset_version=opset,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=name != "resnet",
        input_names=["images"],
        output_names=[output],
        dynamic_axes={"images": {0: "batch"}, output: {0: "batch"}},
    )
    model.double()
    y = model(images.double())
    upstream = torch.randn(y.shape, dtype=torch.float64)
    parameters = dict(model.named_parameters())
    grads = torch.autograd.grad((y * upstream).sum(), [parameters[key] for key in watched])
    golden = {
        "source": f"PyTorch {torch.__version__}, torch.onnx.export opset {opset}, values in float64",
        "command": "python3 export_models.py",
        "seed": 0,
        "images": stored(images),
        "output": stored(y),
        "upstream": stored(upstream),
        "grads": {key: stored(grad) for key, grad in zip(watched, grads)},
    }
    with open(f"{name}.json", "w") as file:
        json.dump(golden, file)


torch.manual_seed(0)
watched = ["conv1.weight", "bn1.weight", "layer1.conv2.weight", "layer2.downsample.bias", "fc.weight"]
write("resnet", ResNet(), torch.randn(2, 3, 32, 32), "logits", 17, watched)
watched = ["patch_embed.weight", "cls_token", "ln_pre.weight", "blocks.0.qkv.bias", "blocks.1.fc2.bias", "proj"]
write("vision-transformer", VisionTransformer(), torch.randn(2, 3, 16, 16), "embedding", 14, watched)
