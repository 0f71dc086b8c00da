# SPDX-License-Identifier: Apache-2.0
"""Twin of ../workloads/inference.js."""

from networks.conference_student import ConferenceStudent
from networks.vision_transformer import VisionTransformer
from programs import Inference

NETWORKS = {
    "student": ConferenceStudent,
    "vit": lambda: VisionTransformer(
        224, 32, width=768, num_blocks=12, num_heads=12, hidden_width=3072, out_features=512
    ),
}


def create(case, data):
    return Inference(NETWORKS[case["network"]](), lambda model, data: model(data["images"]))
