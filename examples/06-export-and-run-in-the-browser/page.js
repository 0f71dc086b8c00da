// SPDX-License-Identifier: Apache-2.0
// Runs the exported model with onnxruntime-web: paints what it says of every pixel, and compares it with Node.
import * as ort from "onnxruntime-web";

const COLOURS = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
];

ort.env.wasm.wasmPaths = "/ort/";
ort.env.wasm.numThreads = 1; // more need a page with the headers COOP and COEP

const session = await ort.InferenceSession.create("model.onnx", { executionProviders: ["wasm"] });

/**
 * Probability of each arm, [numPoints, 3].
 *
 * @param {Float32Array} points [numPoints, 2]
 */
async function run(points) {
  const { probs } = await session.run({ points: new ort.Tensor(points, [points.length / 2, 2]) });
  return /** @type {Float32Array} */ (probs.data);
}

/** Colours mixed by the probabilities, over the square from -1.2 to 1.2. */
async function paint() {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("canvas"));
  const { width, height } = canvas;
  const points = new Float32Array(2 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    points.set([2.4 * (column / width - 0.5), 2.4 * (0.5 - row / height)], 2 * pixel);
  }
  const probs = await run(points);
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const mixed = COLOURS.reduce((sum, colour, arm) => sum + probs[3 * pixel + arm] * colour[channel], 0);
      image.data[4 * pixel + channel] = mixed;
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

async function compare() {
  const check = await (await fetch("check.json")).json();
  const probs = await run(Float32Array.from(check.points));
  const differences = probs.map((value, i) => Math.abs(value - check.probs[i]));
  return Math.max(...differences);
}

await paint();
const output = /** @type {HTMLOutputElement} */ (document.querySelector("output"));
output.value = (await compare()).toExponential(1);
