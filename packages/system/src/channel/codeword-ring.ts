// SPDX-License-Identifier: Apache-2.0
import {
  add,
  cast,
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
  type Tensor,
} from "@semlink/engine";

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
