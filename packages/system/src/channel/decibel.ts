// SPDX-License-Identifier: Apache-2.0

/**
 * `10^(x / 10)`: a power ratio in decibel as a linear ratio. The only such conversion in the project.
 *
 * @param db - power ratio [dB]
 */
export function dbToLinear(db: number): number {
  return 10 ** (db / 10);
}

/**
 * `10 log10(x)`: a linear power ratio in decibel.
 *
 * @param linear - power ratio, positive; zero gives minus infinity
 */
export function linearToDb(linear: number): number {
  return 10 * Math.log10(linear);
}

/**
 * Noise variance per complex symbol, `no = 10^(-esNoDb / 10)`, when the transmitted energy is 1 per symbol.
 *
 * Each real axis carries `no / 2`.
 *
 * @param esNoDb - Es/N0 per complex channel use, with E|h|^2 = 1 [dB]
 */
export function noFromEsNoDb(esNoDb: number): number {
  return dbToLinear(-esNoDb);
}
