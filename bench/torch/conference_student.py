# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/conference-student.js."""

from torch import optim

from networks.classification import classification_loss
from networks.conference_student import ConferenceStudent
from programs import Training


def create(case, data):
    model = ConferenceStudent()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    return Training(model, classification_loss, optimizer)
