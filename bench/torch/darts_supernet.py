# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/darts-supernet.js."""

from torch import optim

from networks.classification import classification_loss
from networks.supernet import Supernet
from programs import Training


def create(case, data):
    model = Supernet(channels=16, num_cells=5, num_cell_nodes=3, partial_channels=2, num_classes=10)
    moves_alpha = case["name"] == "alpha"
    architecture = {id(param) for param in model.architecture_params()}
    for param in model.parameters():
        param.requires_grad_((id(param) in architecture) == moves_alpha)
    trained = [param for param in model.parameters() if param.requires_grad]
    if moves_alpha:
        optimizer = optim.Adam(trained, lr=6e-3, betas=(0.5, 0.999))
    else:
        optimizer = optim.SGD(trained, lr=0.025, momentum=0.9, weight_decay=3e-4)
    return Training(model, classification_loss, optimizer)
