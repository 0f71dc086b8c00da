# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/airbench-lite.js and of the system's AirbenchCnn."""

from torch import nn, optim
from torch.nn import functional as F

from networks.classification import classification_loss
from programs import Training

WIDTHS = (32, 128, 128)
NUM_FILTERS = 24


class Group(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.first = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(out_channels)
        self.second = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        x = F.gelu(self.first_norm(F.max_pool2d(self.first(x), 2)))
        return F.gelu(self.second_norm(self.second(x)))


class AirbenchCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, NUM_FILTERS, 2)
        sizes = [NUM_FILTERS, *WIDTHS]
        self.groups = nn.Sequential(*(Group(*pair) for pair in zip(sizes, WIDTHS)))
        self.head = nn.Linear(WIDTHS[-1], 10, bias=False)

    def forward(self, images):
        x = self.groups(F.gelu(self.whiten(images)))
        return self.head(x.amax(dim=(2, 3))) / 9


def create(case, data):
    model = AirbenchCnn()
    model.whiten.weight.requires_grad_(False)
    trained = [param for param in model.parameters() if param.requires_grad]
    optimizer = optim.SGD(trained, lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    return Training(model, classification_loss, optimizer, average_decay=0.995)
