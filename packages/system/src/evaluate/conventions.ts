// SPDX-License-Identifier: Apache-2.0

import type { BaselineName } from "../lines/baseline-names.ts";

/** What every figure of a results file assumes. */
const CONVENTIONS: readonly string[] = [
  "y = h x + n for each complex channel use; n ~ CN(0, no), no / 2 per real axis",
  "Es/N0 [dB] = 10 log10(1 / no) per complex channel use, with E|h|^2 = 1",
  "(1/k) sum |x_i|^2 = 1 for each image and each increment of k symbols; no average over a batch",
  "Rayleigh block fading: one gain h ~ CN(0, 1) per image; the receiver knows h; biased MMSE equaliser",
  "bandwidth ratio = complex symbols / (height * width * channels); the ledger of channel uses has the ratio with everything: pilots, cyclic prefixes, idle subcarriers, and the length field of a link of several lengths as QPSK, which is counted and not simulated",

  "label lines: the device decides with the fine-tuned student of the first codec and sends the label at the same number of symbols, decided by maximum likelihood over the words in use; the label code is the ceiling for one closed question",
  "all lines meet the same fades and noise on the same test images; interfering codewords, where a channel has them, are those of other test images by the same line; intervals are 95 %, over images, for one training seed",
  "R^2: share of the variance of the sent embedding that arrives; identity: nearest (cosine) of 100 sent embeddings",
  "MACs: one multiplication and one addition, for one image",
];

const DIGITAL_CONVENTION =
  "code rate and constellation of each operating point are chosen on validation images and draws of their own; a message that is lost counts as an even guess among the classes, 1 / M; each message has mean power 1, and the receiver knows its scale";

const BASELINE_CONVENTIONS: Readonly<Partial<Record<BaselineName, string>>> = {
  "label-rate-distortion":
    "R(D): the least share of wrong labels at k E log2(1 + |h|^2 S) bits, for codes over infinitely many images; a limit",
  capacity:
    "capacity: the label arrives where the image's symbols carry log2 M bits, sum log2(1 + |h|^2 S) over its own gains under block fading, k E log2(1 + |h|^2 S) where the gain changes with every symbol; otherwise a guess",
  separation: `image codec, LDPC, QAM: each image at the best quality that fits its message, without the container, which follows from the setting; number of the setting, length and check bits are counted; the decoded image is classified by the teacher, by the device's student, or by that student fine-tuned on training images compressed to the byte budgets of these messages; images that fit no message are guesses, so the line is chance at few symbols; ${DIGITAL_CONVENTION}`,
  "digital-features": `digital features: principal axes and Lloyd-Max quantisers of training embeddings, 5G LDPC code with its check bits, QAM; ${DIGITAL_CONVENTION}`,
  "digital-features-capacity":
    "digital features at capacity: the same bits without check bits, without errors where the image's symbols carry them; the rate is chosen on validation images; a limit",
};

/** What the figures assume, printed beside them: of every results file, and of the baselines in this one. */
export function conventionsOf(baselines: readonly BaselineName[]): readonly string[] {
  return [...CONVENTIONS, ...baselines.flatMap((name) => BASELINE_CONVENTIONS[name] ?? [])];
}
