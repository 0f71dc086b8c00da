// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo } from "../results/figures.ts";
import { FIRST_FIGURES } from "../results/upgrade.ts";

/** The figures of classification among so many classes, in the order of results: a guess has accuracy `1 / numClasses`. */
export function classificationFigures(numClasses: number): FigureInfo[] {
  return FIRST_FIGURES.map((info) => (info.id === "accuracy" ? { ...info, chance: 1 / numClasses } : info));
}
