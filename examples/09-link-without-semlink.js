// SPDX-License-Identifier: Apache-2.0
// Runs the CAT link of a run with onnxruntime-node alone: one image, white noise, the first numSymbols symbols.
import * as ort from "onnxruntime-node";

/** @param {{ folder: string, image: Float32Array, shape: number[], numSymbols: number, esNoDb?: number, gaussian?: () => number }} options */
export async function main({ folder, image, shape, numSymbols, esNoDb = 5, gaussian = normal }) {
  const transmitter = await ort.InferenceSession.create(`${folder}/cat.transmitter.onnx`);
  const receiver = await ort.InferenceSession.create(`${folder}/cat.receiver.onnx`);
  /** @type {(values: Float32Array | number[], dims: number[]) => ort.Tensor} */
  const tensor = (values, dims) => new ort.Tensor("float32", Float32Array.from(values), dims);
  const told = { esNoDb: tensor([esNoDb], [1, 1]), kind: tensor([1, 0], [1, 2]) }; // kind: awgn
  const sent = await transmitter.run({ images: tensor(image, [1, ...shape]), ...told });
  const symbols = /** @type {Float32Array} */ (sent.symbols.data); // [1, maxSymbols, 2]
  const maxSymbols = symbols.length / 2;
  const no = 10 ** (-esNoDb / 10); // variance of the noise of a complex symbol, half of it on each axis
  const y = symbols.map((x) => x + Math.sqrt(no / 2) * gaussian());
  const equalized = y.map((value, i) => (i < 2 * numSymbols ? value / (1 + no) : 0)); // h = 1
  const mask = new Float32Array(maxSymbols).fill(1, 0, numSymbols);
  const received = {
    received: tensor(equalized, [1, maxSymbols, 2]),
    mask: tensor(mask, [1, maxSymbols, 1]),
  };
  const heard = { ...received, ...told, equalizedEsNoDb: tensor([esNoDb], [1, 1]) };
  return /** @type {Float32Array} */ ((await receiver.run(heard)).logits.data);
}

/** A draw of the normal distribution of mean 0 and variance 1, after Box and Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
