// SPDX-License-Identifier: Apache-2.0
import { add, BatchNorm, Conv2d, globalAveragePool, Linear, maxPool2d, relu } from "@semlink/engine";

/** Width of each stage, and the stride of its first block. */
const STAGES = [
  [32, 1],
  [64, 2],
  [128, 2],
  [256, 2],
];

/** Convolution and batch normalisation. */
class ConvUnit {
  constructor(inChannels, outChannels, kernelSize, stride) {
    const padding = (kernelSize - 1) / 2;
    this.conv = new Conv2d({ inChannels, outChannels, kernelSize, stride, padding, bias: false });
    this.norm = new BatchNorm({ numFeatures: outChannels });
  }

  forward(build, x) {
    return build.apply(this.norm, build.apply(this.conv, x));
  }
}

/** Two 3x3 units and a shortcut. */
class BasicBlock {
  constructor(inChannels, outChannels, stride) {
    this.first = new ConvUnit(inChannels, outChannels, 3, stride);
    this.second = new ConvUnit(outChannels, outChannels, 3, 1);
    const keepsShape = stride === 1 && inChannels === outChannels;
    this.shortcut = keepsShape ? null : new ConvUnit(inChannels, outChannels, 1, stride);
  }

  forward(build, x) {
    const y = build.apply(this.second, relu(build.apply(this.first, x)));
    return relu(add(y, this.shortcut ? build.apply(this.shortcut, x) : x));
  }
}

/**
 * The student CNN of the conference paper: 3x3 stem, max pooling, four stages of two basic blocks, a 512-d embedding
 * and ten classes. `torch/networks/conference_student.py` holds its twin.
 */
export class ConferenceStudent {
  constructor() {
    this.stem = new ConvUnit(3, 16, 3, 1);
    this.blocks = STAGES.flatMap(([width, stride], stage) => [
      new BasicBlock(STAGES[stage - 1]?.[0] ?? 16, width, stride),
      new BasicBlock(width, width, 1),
    ]);
    this.embed = new Linear({ inFeatures: STAGES.at(-1)[0], outFeatures: 512 });
    this.head = new Linear({ inFeatures: 512, outFeatures: 10 });
  }

  forward(build, x) {
    const stem = relu(build.apply(this.stem, x)); // [batch, 16, 32, 32]
    const pooled = maxPool2d(stem, { kernelSize: 3, stride: 2, padding: 1 }); // [batch, 16, 16, 16]
    const features = this.blocks.reduce((y, block) => build.apply(block, y), pooled); // [batch, 256, 2, 2]
    return build.apply(this.head, build.apply(this.embed, globalAveragePool(features))); // [batch, 10]
  }
}
