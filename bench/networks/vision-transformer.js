// SPDX-License-Identifier: Apache-2.0
import {
  add,
  concat,
  Conv2d,
  expandLike,
  gelu,
  LayerNorm,
  Linear,
  normalInit,
  param,
  reshape,
  SelfAttention,
  slice,
  transpose,
} from "@semlink/engine";

/** `x ← x + attention(norm(x))`, `x ← x + mlp(norm(x))`. */
class Block {
  constructor(width, numHeads, hiddenWidth) {
    this.norm1 = new LayerNorm({ numFeatures: width });
    this.attention = new SelfAttention({ width, numHeads });
    this.norm2 = new LayerNorm({ numFeatures: width });
    this.expand = new Linear({ inFeatures: width, outFeatures: hiddenWidth });
    this.contract = new Linear({ inFeatures: hiddenWidth, outFeatures: width });
  }

  forward(build, x) {
    const mixed = add(x, build.apply(this.attention, build.apply(this.norm1, x)));
    const hidden = gelu(build.apply(this.expand, build.apply(this.norm2, mixed)));
    return add(mixed, build.apply(this.contract, hidden));
  }
}

/**
 * Vision transformer: patches by a strided convolution, a class token, learned positions, pre-norm blocks, a linear
 * readout of the class token. `[batch, 3, imageSize, imageSize] → [batch, outFeatures]`.
 * `torch/networks/vision_transformer.py` holds its twin.
 *
 * @source Dosovitskiy et al. 2021, arXiv 2010.11929
 */
export class VisionTransformer {
  constructor({ imageSize, patchSize, width, numBlocks, numHeads, hiddenWidth, outFeatures }) {
    this.width = width;
    this.numPatches = (imageSize / patchSize) ** 2;
    this.patches = new Conv2d({
      inChannels: 3,
      outChannels: width,
      kernelSize: patchSize,
      stride: patchSize,
    });
    this.classToken = param([1, 1, width], normalInit(0.02));
    this.position = param([1, this.numPatches + 1, width], normalInit(0.02));
    this.blocks = Array.from({ length: numBlocks }, () => new Block(width, numHeads, hiddenWidth));
    this.norm = new LayerNorm({ numFeatures: width });
    this.head = new Linear({ inFeatures: width, outFeatures });
  }

  forward(build, images) {
    const [batch] = images.shape;
    const map = reshape(build.apply(this.patches, images), [batch, this.width, this.numPatches]);
    const patches = transpose(map, [0, 2, 1]); // [batch, numPatches, width]
    const first = expandLike(this.classToken.value, slice(patches, { axis: 1, start: 0, end: 1 }));
    let x = add(concat([first, patches], { axis: 1 }), this.position.value); // [batch, numPatches + 1, width]
    for (const block of this.blocks) x = build.apply(block, x);
    const token = reshape(slice(x, { axis: 1, start: 0, end: 1 }), [batch, this.width]);
    return build.apply(this.head, build.apply(this.norm, token));
  }
}
