// SPDX-License-Identifier: Apache-2.0
/** What a {@link SemlinkError} says: where, what was expected, what came instead, and how to put it right. */
export interface SemlinkErrorOptions {
  /** Stable kebab-case identifier that programs and tests match. */
  readonly code: string;
  /** Place of the mistake: a path in the graph, a file, a configuration key. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  /** One sentence about what to change. */
  readonly hint?: string | undefined;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/** Every foreseen failure of semlink, with the message `where: expected E, got A (hint)`. */
export class SemlinkError extends Error {
  override readonly name: string = "SemlinkError";
  readonly code: string;
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly hint: string | undefined;

  constructor({ code, where, expected, actual, hint, cause }: SemlinkErrorOptions) {
    const remedy = hint === undefined ? "" : ` (${hint})`;
    super(`${where}: expected ${expected}, got ${actual}${remedy}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.actual = actual;
    this.hint = hint;
  }
}

/** A tensor whose shape does not fit the operation; thrown while a graph is built, before any data is read. */
export class ShapeError extends SemlinkError {
  override readonly name: string = "ShapeError";
}

/** A gradient that was asked for and does not exist, named by the operation and its path in the graph. */
export class GradientError extends SemlinkError {
  override readonly name: string = "GradientError";
}

/** Code of anything thrown that is not a {@link SemlinkError} and carries no code of its own. */
const UNEXPECTED = "unexpected-error";

/**
 * The code and message of anything thrown.
 *
 * @returns the error's own `code` when it has one (as semlink's and Node's errors have), else `unexpected-error`
 */
export function describeError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: UNEXPECTED, message: String(error) };
  const code: unknown = "code" in error ? error.code : undefined;
  return { code: typeof code === "string" ? code : UNEXPECTED, message: error.message };
}

/** Fewest insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + substitution);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, beforePrevious[j - 2]! + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** Nobody mistypes a longer name: it comes from a file. */
const LONGEST = 200;

/**
 * The valid name that a mistyped one most likely means, or undefined when none is close: at most a third of the
 * longer name may differ, letter case aside.
 *
 * @param candidates - valid names; the first of equally near ones wins
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let smallest = Infinity;
  for (const candidate of candidates) {
    const longest = Math.max(name.length, candidate.length);
    const most = Math.max(1, longest / 3);
    // The distance is at least the difference in length; its time is that of the product of both lengths.
    if (longest > LONGEST || Math.abs(name.length - candidate.length) > most) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < smallest) [nearest, smallest] = [candidate, distance];
  }
  return nearest;
}

/** A question naming the nearest valid name, else the list of valid names. */
export function hintFor(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? `valid: ${candidates.join(", ")}` : `did you mean "${nearest}"?`;
}
