// SPDX-License-Identifier: Apache-2.0
// Drawn stripes: grey images of 16 x 16, four classes. No file, no network, the same images every time.
import { rngFrom } from "@semlink/engine";

const SIDE = 16;
/** Direction in which the intensity changes, and period [pixels]. A flipped image is of the same class, as it must be. */
const CLASSES = /** @type {const} */ ([
  ["wide horizontal", "y", 8],
  ["narrow horizontal", "y", 4],
  ["wide vertical", "x", 8],
  ["narrow vertical", "x", 4],
]);

/** @type {import("@semlink/system").OwnDataset} */
export const dataset = {
  name: "stripes",
  defaultValidationCount: (numTrain) => Math.floor(numTrain / 10),
  load() {
    const rng = rngFrom(0).fold("stripes");
    return Promise.resolve({
      classNames: CLASSES.map(([name]) => name),
      train: drawStripes(800, rng.fold("train")),
      test: drawStripes(200, rng.fold("test")),
    });
  },
};

/**
 * Stripes of random phase and contrast under noise; the classes take turns.
 *
 * @param {number} count
 * @param {import("@semlink/engine").Rng} rng
 * @returns {import("@semlink/system").ImageSet} images [count, 1, 16, 16]
 */
function drawStripes(count, rng) {
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES.length);
  for (let i = 0; i < count; i++) {
    const [, axis, period] = CLASSES[labels[i]];
    const [phase, strength] = rng.fold("stripes").fold(i).uniform(2);
    const noise = rng
      .fold("noise")
      .fold(i)
      .normal(SIDE * SIDE);
    for (let p = 0; p < SIDE * SIDE; p++) {
      const place = axis === "x" ? p % SIDE : Math.floor(p / SIDE);
      const wave = Math.cos(2 * Math.PI * (place / period + phase));
      const intensity = 128 + (30 + 60 * strength) * wave + 40 * noise[p];
      images[i * SIDE * SIDE + p] = Math.min(255, Math.max(0, intensity));
    }
  }
  return { images, labels, count, channels: 1, height: SIDE, width: SIDE };
}
