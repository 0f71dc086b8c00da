// SPDX-License-Identifier: Apache-2.0
// A teacher for the stripes in plain arithmetic: how strong each of four waves is in an image.
import { writeBatch } from "@semlink/system";

const SIDE = 16;
const CLASS_NAMES = ["wide horizontal", "narrow horizontal", "wide vertical", "narrow vertical"];
const NUM_WAVES = CLASS_NAMES.length;
/** Logits are so many times the strengths, which are about 0.2. */
const SHARPNESS = 40;
const [MEAN, STD] = [[0.5], [1]];

/** @type {import("@semlink/system").TeacherSource} */
export const teacher = {
  name: "stripe-filters",
  open: () =>
    Promise.resolve({
      card: {
        format: "semlink-teacher/2",
        name: "stripe-filters",
        source: "no training: four waves",
        images: { input: "images", shape: [1, SIDE, SIDE], layout: "nchw", mean: MEAN, std: STD },
        outputs: {
          embedding: { name: "strengths", width: NUM_WAVES },
          answer: { name: "logits", width: NUM_WAVES },
        },
        hasMap: true,
        space: "standardized",
        classNames: CLASS_NAMES,
        params: 0,
        macs: 2 * NUM_WAVES * SIDE * SIDE,
        licence: "Apache-2.0",
        provenance: { method: "closed form" },
      },
      // The answer is a linear map of the embedding; null where it is not.
      map: {
        weight: Float32Array.from({ length: NUM_WAVES ** 2 }, (_, i) =>
          i % (NUM_WAVES + 1) ? 0 : SHARPNESS,
        ),
        bias: new Float32Array(NUM_WAVES),
      },
      embed(items, view = { flip: false, dx: 0, dy: 0 }) {
        const images = new Float32Array(items.count * SIDE * SIDE);
        const all = Uint32Array.from({ length: items.count }, (_, i) => i);
        writeBatch(images, items, all, view, MEAN, STD);
        const embedding = new Float32Array(items.count * NUM_WAVES);
        for (let i = 0; i < items.count; i++) {
          embedding.set(strengths(images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)), i * NUM_WAVES);
        }
        return Promise.resolve({ embedding, answer: embedding.map((value) => SHARPNESS * value) });
      },
      release: () => Promise.resolve(),
    }),
};

/**
 * Amplitude `√(c² + s²)` of each wave, whatever its phase.
 *
 * @param {Float32Array} image [16 · 16]
 * @returns {number[]} [4] in the order of the classes
 */
function strengths(image) {
  return CLASS_NAMES.map((_, wave) => {
    const period = wave % 2 === 0 ? 8 : 4;
    let [c, s] = [0, 0];
    for (let p = 0; p < image.length; p++) {
      const place = wave < 2 ? Math.floor(p / SIDE) : p % SIDE;
      const angle = (2 * Math.PI * place) / period;
      c += image[p] * Math.cos(angle);
      s += image[p] * Math.sin(angle);
    }
    return (2 / image.length) * Math.hypot(c, s);
  });
}
