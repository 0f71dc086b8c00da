// SPDX-License-Identifier: Apache-2.0
import {
  add,
  cast,
  complex,
  concat,
  gather,
  greater,
  mul,
  reshape,
  SemlinkError,
  sizeOf,
  sort,
  stopGradient,
  sub,
  sum,
  type Tensor,
} from "@semlink/engine";
import * as z from "zod";
import { dbToLinear } from "./decibel.ts";
import { imageNoise, perImage } from "./image-noise.ts";
import { defineImpairment, type ImpairmentFamily } from "./impairment.ts";

/**
 * Signal-to-interference-and-noise ratio, `1 / (10^(-esNoDb / 10) + 10^(-sirDb / 10))`, for unit mean gains.
 *
 * @returns linear ratio
 */
export function sinr(esNoDb: number, sirDb: number): number {
  return 1 / (dbToLinear(-esNoDb) + dbToLinear(-sirDb));
}

/**
 * Interference of other users, `y + sum_u sqrt(P_u) g_u x_u`, equal powers `P_u = 10^(-sirDb / 10) / numUsers`, each with
 * one gain `g_u ~ CN(0, 1)` per image and unit-power symbols. The receiver adds the mean interference to its noise level.
 *
 * Gaussian and QPSK symbols are drawn. Codewords are those that other images of the same batch radiate, each image its
 * place on a ring drawn (`otherCodewords`): the one case in which what an image meets depends on its batch.
 *
 * @source Tse & Viswanath 2005, section 4.1
 */
export const interference: ImpairmentFamily = defineImpairment({
  name: "interference",
  parameters: z.strictObject({
    sirDb: z
      .number()
      .min(-40)
      .max(80)
      .default(10)
      .describe("power of the signal over that of all interferers [dB]"),
    numUsers: z.int().min(1).max(64).default(1).describe("interfering users"),
    symbols: z
      .enum(["gaussian", "qpsk", "codewords"])
      .default("gaussian")
      .describe("what the others send: complex normal symbols, random QPSK, or other images' codewords"),
  }),
  open({ sirDb, numUsers, symbols: kind }) {
    const power = dbToLinear(-sirDb);
    const amplitude = Math.sqrt(power / numUsers);
    return {
      name: "interference",
      side: "receive",
      isHardware: false,
      fields: (numSymbols) => ({
        gains: [numUsers, 2],
        ...(kind === "codewords" ? { places: [1] } : { symbols: [numSymbols, numUsers * 2] }),
      }),
      draw: (rng, options) => {
        const count = options.numSymbols * numUsers;
        const gains = imageNoise(rng.fold("gain"), options, numUsers);
        if (kind === "codewords") {
          return { gains, places: perImage(rng.fold("places"), options, 1, (image) => image.uniform(1)) };
        }
        const address = rng.fold("symbols");
        if (kind === "gaussian") return { gains, symbols: imageNoise(address, options, count) };
        const qpsk = perImage(address, options, 2 * count, (image) =>
          image.uniform(2 * count).map((value) => (value < 0.5 ? -Math.SQRT1_2 : Math.SQRT1_2)),
        );
        return { gains, symbols: qpsk };
      },
      apply(received, { gains, places, ...drawn }, { x }) {
        const { y } = received;
        const symbols = places ? otherCodewords(x, places, numUsers) : drawn["symbols"];
        const stride = y.length / (gains!.length / (2 * numUsers));
        const out = new Float32Array(y.length);
        for (let i = 0; i < y.length; i += 2) {
          let [re, im] = [0, 0];
          for (let user = 0; user < numUsers; user++) {
            const gain = 2 * (Math.floor(i / stride) * numUsers + user);
            const symbol = i * numUsers + 2 * user;
            re += gains![gain]! * symbols![symbol]! - gains![gain + 1]! * symbols![symbol + 1]!;
            im += gains![gain]! * symbols![symbol + 1]! + gains![gain + 1]! * symbols![symbol]!;
          }
          out[i] = y[i]! + amplitude * re;
          out[i + 1] = y[i + 1]! + amplitude * im;
        }
        return { ...received, y: out, no: received.no.map((level) => level + power) };
      },
      applyGraph(received, { gains, places, ...drawn }, { x }) {
        const { y, no } = received;
        const symbols = places ? otherCodewordsGraph(x, places, numUsers) : drawn["symbols"];
        const [batch = 1, numSymbols = 1] = y.shape;
        const apart = reshape(symbols!, [batch, numSymbols, numUsers, 2]);
        const faded = complex.mul(reshape(gains!, [batch, 1, numUsers, 2]), apart);
        return { ...received, y: add(y, mul(sum(faded, { axes: 2 }), amplitude)), no: add(no, power) };
      },
    };
  },
});

/**
 * Codewords of other images of the batch: the images stand on a ring in the order of their places, and user u of an
 * image sends the codeword of the image u + 1 places further on. With random places this is a random derangement; the
 * users of an image are different images.
 *
 * @param codewords - [batch, numSymbols, 2]
 * @param places - [batch] in any range; of equal ones the first stands first
 * @returns [batch, numSymbols, numUsers * 2]
 * @throws SemlinkError "too-few-images" when an image would meet itself
 */
export function otherCodewords(
  codewords: Float32Array,
  places: Float32Array,
  numUsers: number,
): Float32Array {
  const batchSize = places.length;
  if (batchSize <= numUsers) {
    throw new SemlinkError({
      code: "too-few-images",
      where: "interference by codewords",
      expected: `more than ${numUsers} images in a batch, one for each interferer and one that is received`,
      actual: `${batchSize}`,
      hint: "send more images at once, or let the interferers send Gaussian symbols",
    });
  }
  const ring = Uint32Array.from(places.keys()).sort((a, b) => places[a]! - places[b]! || a - b);
  const stride = codewords.length / batchSize;
  const out = new Float32Array(codewords.length * numUsers);
  ring.forEach((image, place) => {
    for (let user = 0; user < numUsers; user++) {
      const other = ring[(place + user + 1) % batchSize]!;
      for (let i = 0; i < stride; i++) {
        const axis = i % 2;
        out[(image * stride + i - axis) * numUsers + 2 * user + axis] = codewords[other * stride + i]!;
      }
    }
  });
  return out;
}

/**
 * The twin of {@link otherCodewords} in a graph, for batches of more than `numUsers` images. No gradient reaches the
 * interferers: a codeword is not trained to be kind to others.
 */
export function otherCodewordsGraph(codewords: Tensor, places: Tensor, numUsers: number): Tensor {
  const [batch = 1] = codewords.shape;
  const { indices: ring } = sort(reshape(places, [batch]));
  const { indices } = sort(cast(ring, "float32"));
  const rank = cast(indices, "float32"); // place of each image on the ring
  const size = sizeOf(rank, [0]);
  const sent = stopGradient(codewords);
  const users = Array.from({ length: numUsers }, (_, user) => {
    const further = add(rank, user + 1);
    const isRound = cast(greater(further, sub(size, 0.5)), "float32");
    const place = cast(sub(further, mul(isRound, size)), "int32");
    return gather(sent, gather(ring, place));
  });
  return concat(users, { axis: 2 });
}
