// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** A section of a configuration as a person writes it: what is left out takes its default. */
export type Written<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Written<T[Key]> | undefined }
    : T;

/** A rule between several keys that a configuration breaks. */
export interface BrokenRule {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly actual: unknown;
  /** One sentence about what to change. */
  readonly hint: string;
}

/** Puts the broken rules of a section into the issues of its validation. */
export function checkRules<T>(
  rulesBrokenBy: (value: T) => Iterable<BrokenRule>,
): (payload: z.core.ParsePayload<T>) => void {
  return ({ value, issues }) => {
    for (const { path, expected, actual, hint } of rulesBrokenBy(value)) {
      issues.push({
        code: "custom",
        input: actual,
        path: [...path],
        params: { expected, actual },
        message: hint,
      });
    }
  };
}

/** An integer of at least `least`. */
export const count = (description: string, least = 1): z.ZodInt => z.int().min(least).describe(description);

/** Channels or features of a layer: more than 4,096 squared are no weights that a link could carry. */
export const widthCount = (description: string): z.ZodInt => z.int().min(1).max(4096).describe(description);

/** How often a part of a network stands in a row. */
export const depthCount = (description: string, least = 1): z.ZodInt =>
  z.int().min(least).max(256).describe(description);

/** Complex symbols of a transmission: 65,536 are more than the images of any data set here have values. */
export const symbolCount = (description: string): z.ZodInt =>
  z.int().min(1).max(65_536).describe(description);

/** Images of a step, which are in memory together. */
export const batchCount = (description: string): z.ZodInt => z.int().min(1).max(65_536).describe(description);

/** A number above 0. */
export const positive = (description: string): z.ZodNumber => z.number().gt(0).describe(description);

/** A number of at least 0, such as the weight of a term. */
export const weight = (description: string): z.ZodNumber => z.number().min(0).describe(description);

/** A number in [0, 1). */
export const fraction = (description: string): z.ZodNumber => z.number().min(0).lt(1).describe(description);

/**
 * Parts that a batch is cut into, which cores share; the bits of a training depend on it, never on the cores. Batch norm
 * takes its statistics in each part: with four parts of 32 images the loss of stage 1 ended at 0.53 in place of 0.45, so
 * networks with batch norm have one part unless said otherwise.
 */
export const shards = (usual = 4): z.ZodDefault<z.ZodInt> =>
  z
    .int()
    .min(1)
    .max(64)
    .default(usual)
    .describe(
      "parts that a batch is cut into; as many cores can share it, and bits depend on the parts alone",
    );

/** Es/N0 [dB]; beyond these limits nothing changes any more in float32 arithmetic. */
export const esNoDb = (description: string): z.ZodNumber => z.number().min(-60).max(60).describe(description);

/** Rule: the numbers of a list increase. */
export function* notIncreasing(
  path: readonly string[],
  values: readonly number[],
): Generator<BrokenRule, void, undefined> {
  if (values.every((value, i) => i === 0 || value > values[i - 1]!)) return;
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const hint = `write ${JSON.stringify(sorted)}`;
  yield { path, expected: "numbers that increase", actual: values, hint };
}

/** Rule: no name stands twice in a list. */
export function* notDistinct(
  path: readonly (string | number)[],
  names: readonly string[],
  hint: string,
): Generator<BrokenRule, void, undefined> {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) yield { path, expected: "names that differ", actual: twice, hint };
}

/** Rule: a batch divides into its shards. */
export function* notDividing(
  path: readonly string[],
  { batchSize, shards: parts }: { readonly batchSize: number; readonly shards: number },
): Generator<BrokenRule, void, undefined> {
  if (batchSize % parts === 0) return;
  const hint = "every part of a batch has the same size; change batchSize or shards";
  yield { path: [...path, "shards"], expected: `a divisor of batchSize = ${batchSize}`, actual: parts, hint };
}

/** Rule: some term of a loss has a weight. */
export function* withoutTerms(
  path: readonly string[],
  terms: Readonly<Record<string, number>>,
): Generator<BrokenRule, void, undefined> {
  if (Object.values(terms).some((value) => value > 0)) return;
  const hint = "without any term there is nothing to learn";
  yield { path, expected: "a weight above 0 for at least one term", actual: terms, hint };
}
