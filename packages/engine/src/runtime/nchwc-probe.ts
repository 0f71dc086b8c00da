// SPDX-License-Identifier: Apache-2.0
import { encodeModel } from "../onnx/model-proto.ts";
import type { Runtime } from "./runtime.ts";

const CHANNELS = 64;

/**
 * Channel block of the CPU's blocked convolutions, or null where ONNX Runtime has none.
 *
 * ReorderInput keeps the shape but permutes memory. Fed `x[c, p] = 2 c + p` (64 channels, 2 positions), the value 1
 * (channel 0, position 1) lands behind the first block of channels, at index b. The operators are undocumented, so
 * a convolution through them is also compared with the standard one before they are used.
 */
export async function findNchwcBlock(createSession: Runtime["createSession"]): Promise<number | null> {
  try {
    const reordered = await runProbe(createSession, reorderModel(), [1, CHANNELS, 1, 2]);
    const block = reordered.indexOf(1);
    if (block < 4 || CHANNELS % block !== 0) return null;
    const blocked = await runProbe(createSession, convolutionModel(true), [1, CHANNELS, 3, 3]);
    const standard = await runProbe(createSession, convolutionModel(false), [1, CHANNELS, 3, 3]);
    const agrees = blocked.every(
      (value, index) => Math.abs(value - standard[index]!) <= 1e-4 * Math.abs(standard[index]!),
    );
    return agrees ? block : null;
  } catch {
    // No such operators in this build: the portable kernels are used, and `doctor` says so.
    return null;
  }
}

async function runProbe(
  createSession: Runtime["createSession"],
  model: Uint8Array,
  shape: number[],
): Promise<Float32Array> {
  const session = await createSession(model, { intraOpThreads: 1 });
  const size = shape.reduce((product, dim) => product * dim, 1);
  const x = { dtype: "float32" as const, shape, data: Float32Array.from({ length: size }, (_, i) => i) };
  try {
    const { y } = await session.run({ x });
    return y!.data as Float32Array;
  } finally {
    await session.release();
  }
}

const nchwc = "com.microsoft.nchwc";

function reorderModel(): Uint8Array {
  const type = { shape: [1, CHANNELS, 1, 2], dtype: "float32" as const };
  return encodeModel({
    name: "reorder-probe",
    nodes: [
      { type: "ReorderInput", domain: nchwc, inputs: ["x"], outputs: ["y"], attributes: {}, scope: "" },
    ],
    initializers: [],
    inputs: { x: type },
    outputs: { y: type },
  });
}

// Equal weights are the same in both layouts, so the two models differ in nothing but the kernels.
function convolutionModel(blocked: boolean): Uint8Array {
  const type = { shape: [1, CHANNELS, 3, 3], dtype: "float32" as const };
  const weight = {
    name: "weight",
    dtype: "float32" as const,
    shape: [CHANNELS, CHANNELS, 3, 3],
    data: new Float32Array(CHANNELS * CHANNELS * 9).fill(1 / 256),
  };
  const attributes = {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    group: 1,
  };
  const conv = { type: "Conv", attributes, scope: "" };
  return encodeModel({
    name: "convolution-probe",
    nodes: blocked
      ? [
          { type: "ReorderInput", domain: nchwc, inputs: ["x"], outputs: ["xb"], attributes: {}, scope: "" },
          {
            ...conv,
            domain: nchwc,
            inputs: ["xb", "weight"],
            outputs: ["yb"],
            attributes: { ...attributes, auto_pad: "NOTSET" },
          },
          {
            type: "ReorderOutput",
            domain: nchwc,
            inputs: ["yb"],
            outputs: ["y"],
            attributes: { channels: CHANNELS },
            scope: "",
          },
        ]
      : [{ ...conv, domain: "", inputs: ["x", "weight"], outputs: ["y"] }],
    initializers: [weight],
    inputs: { x: type },
    outputs: { y: type },
  });
}
