// SPDX-License-Identifier: Apache-2.0

/** What every figure of a results file assumes; printed beside the figures. */
export const CONVENTIONS: readonly string[] = [
  "y = h x + n for each complex channel use; n ~ CN(0, no), no / 2 per real axis",
  "Es/N0 [dB] = 10 log10(1 / no) per complex channel use, with E|h|^2 = 1",
  "(1/k) sum |x_i|^2 = 1 for each image and each increment of k symbols; no average over a batch",
  "Rayleigh block fading: one gain h ~ CN(0, 1) per image; the receiver knows h; biased MMSE equaliser",
  "bandwidth ratio = complex symbols / (height * width * channels)",
  "label lines: the device decides with the fine-tuned student of the first codec and sends the label at the same number of symbols, decided by maximum likelihood over the words in use; the label code is the ceiling for one closed question",
  "all lines meet the same fades and noise on the same test images; intervals are 95 %, over images, for one training seed",
  "R^2: share of the variance of the sent embedding that arrives; identity: nearest (cosine) of 100 sent embeddings",
  "MACs: one multiplication and one addition, for one image",
];
