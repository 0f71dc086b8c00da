// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo } from "../results/figures.ts";

/** What trials of version 1 measured; version 2 says it in the file. */
export const FIGURES_OF_VERSION_1: readonly [accuracy: FigureInfo, embeddingR2: FigureInfo] = [
  {
    id: "accuracy",
    label: "accuracy",
    meaning: "share of images whose class is found, over the images of the split",
    unit: "1",
    isShare: true,
    chance: null,
  },
  {
    id: "embeddingR2",
    label: "embedding R²",
    meaning: "share of the variance of the teacher's standardised embedding that the student explains",
    unit: "1",
    isShare: false,
    chance: null,
  },
];

/** A JSON object of a file. */
type Part = Readonly<Record<string, unknown>>;

/** Whether a file says that it is of version 1. */
export function isFirstVersion(written: unknown): written is Part {
  return (
    typeof written === "object" && written !== null && Reflect.get(written, "schema") === "semlink-search/1"
  );
}

/**
 * A file `semlink-search/1` in the form of `semlink-search/2`: `accuracy` and `r2` of a trial become `figures`,
 * `oneShotAccuracy` becomes `oneShot`, and the multiply-accumulates of selections, which nobody counted, are null. What
 * does not have the form of version 1 is left as it is, for the schema to name.
 */
export function upgradedSearch(written: Part): Part {
  const epoch = (part: Part): Part => renamed(part, "oneShotAccuracy", "oneShot");
  const trace = (part: Part): Part => ({ ...part, epochs: ofAll(part["epochs"], epoch) });
  const round = (part: Part): Part => ({ ...part, trials: ofAll(part["trials"], upgradedTrial) });
  const selection = (part: Part): Part => {
    return { ...part, rounds: ofAll(part["rounds"], round), searchMacs: null, trialsMacs: null };
  };
  return {
    ...written,
    schema: "semlink-search/2",
    figures: FIGURES_OF_VERSION_1,
    traces: ofAll(written["traces"], trace),
    architectures: ofAll(written["architectures"], epoch),
    selections: ofAll(written["selections"], selection),
    finals: ofAll(written["finals"], upgradedTrial),
  };
}

function upgradedTrial({ accuracy, r2, ...rest }: Part): Part {
  const [{ id }, { id: r2Id }] = FIGURES_OF_VERSION_1;
  const values = Object.entries({ [id]: accuracy, [r2Id]: r2 });
  return { ...rest, figures: Object.fromEntries(values.filter(([, value]) => value !== null)) };
}

function renamed(part: Part, before: string, after: string): Part {
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name === before ? after : name, value]),
  );
}

function ofAll(parts: unknown, upgraded: (part: Part) => Part): unknown {
  return Array.isArray(parts) ? parts.map((part: Part) => upgraded(part)) : parts;
}
