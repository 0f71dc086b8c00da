// SPDX-License-Identifier: Apache-2.0

/** What every figure of a results file assumes; lines add conventions of their own. */
export const CONVENTIONS: readonly string[] = [
  "y = h x + n for each complex channel use; n ~ CN(0, no), no / 2 per real axis",
  "Es/N0 [dB] = 10 log10(1 / no) per complex channel use, with E|h|^2 = 1",
  "(1/k) sum |x_i|^2 = 1 for each image and each increment of k symbols; no average over a batch",
  "the receiver knows the gain and equalises by biased MMSE unless the channel says otherwise",
  "bandwidth ratio = complex symbols / (height * width * channels); the ledger of channel uses has the ratio with everything: pilots, cyclic prefixes, idle subcarriers, and the length field of a link of several lengths as QPSK, which is counted and not simulated",
  "lines that send a decision: the device decides with the fine-tuned student of the main line and sends the decision at the same number of symbols, decided by maximum likelihood over the words in use; the best code for it is the ceiling for one closed question",
  "all lines meet the same fades and noise on the same images; interfering codewords, where a channel has them, are those of other images by the same line; intervals are 95 %, over images, for one training seed",
  "MACs: one multiplication and one addition, for one image",
];

/** What figures of the validation split assume beside {@link CONVENTIONS}. */
export const VALIDATION_CONVENTION =
  "measured on the validation split, where settings are compared; these are no final figures, and digital lines chose their mode on images of the same split";
