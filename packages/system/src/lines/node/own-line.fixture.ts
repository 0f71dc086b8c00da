// SPDX-License-Identifier: Apache-2.0
import {
  type Build,
  concat,
  div,
  type Layer,
  Linear,
  mul,
  reshape,
  sqrt,
  square,
  sum,
  add,
  tanh,
} from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import * as z from "zod";
import type { LinkGraph } from "../../link/link-graph.ts";
import { weightedTerms } from "../../train/terms.ts";
import { defineLine, type LearnedLine } from "../learned/learned-line.ts";
import { twoPhases } from "../learned/two-phases.ts";

/** Settings of the line. */
export interface OwnSettings {
  readonly width: number;
}

interface OwnNetwork {
  readonly student: Layer;
  readonly sender: Linear;
  readonly hidden: Linear;
  readonly head: Layer;
}

/**
 * A line as a user would write it, and the smallest that sends at most power 1 in a symbol to a receiver without equaliser:
 * `x = r / sqrt(1 + |r|²)` of a linear map r, and one hidden layer on symbols, gains and noise levels.
 */
export const line: LearnedLine = defineLine<OwnSettings, OwnNetwork>({
  name: "own-raw",
  label: ({ width }) => `Own line of width ${width}`,
  role: "rival",
  settings: z.strictObject({ width: z.int().min(1).default(16).describe("width of the hidden layer") }),
  declares: () => ({ power: "peak", reception: "raw", receives: ["decision"] }),
  startsFrom: "control",
  version: 1,
  network({ task, sizes, imageShape, embedDim, code }, { width }) {
    const maxSymbols = code.lengths.at(-1)!;
    const numPixels = imageShape[0] * imageShape[1] * imageShape[2];
    return {
      student: new Flat(numPixels, embedDim),
      sender: new Linear({ inFeatures: embedDim, outFeatures: 2 * maxSymbols }),
      hidden: new Linear({ inFeatures: 6 * maxSymbols, outFeatures: width }),
      head: task.head(width, sizes, null),
    };
  },
  graph: (network, { code }) => graphOf(network, code.lengths.at(-1)!),
  start: () => new Map(),
  phases(network, problem, _settings, material) {
    const { task, sizes, robust, code } = problem;
    return twoPhases({
      network,
      link: graphOf(network, code.lengths.at(-1)!),
      problem: { ...problem, robust: { ...robust, phaseA: { ...robust.phaseA, steps: 0 } } },
      material,
      featureDim: problem.embedDim,
      device: network.student,
      objective(_build, { received }) {
        const truth = task.truthInputs(sizes);
        return weightedTerms({ hard: 1 }, { hard: () => task.hard(received.answer, truth, robust) });
      },
    });
  },
});

/** One linear map of all pixels. */
class Flat implements Layer {
  readonly map: Linear;

  private readonly numPixels: number;

  constructor(numPixels: number, outFeatures: number) {
    this.numPixels = numPixels;
    this.map = new Linear({ inFeatures: numPixels, outFeatures });
  }

  forward(build: Build, images: Tensor): Tensor {
    return build.apply(this.map, reshape(images, [images.shape[0]!, this.numPixels]));
  }
}

function graphOf({ student, sender, hidden, head }: OwnNetwork, maxSymbols: number): LinkGraph {
  return {
    reception: "raw",
    features: (build, images) => build.apply(student, images),
    symbols(build, features) {
      const r = reshape(build.apply(sender, features), [features.shape[0]!, maxSymbols, 2]);
      return div(r, sqrt(add(sum(square(r), { axes: [2], keepDims: true }), 1)));
    },
    receive(build, { received, mask, gain, no }) {
      const known = concat([mul(received, mask), mul(gain!, mask), mul(no!, mask), mask], { axis: 2 });
      const x = reshape(known, [received.shape[0]!, 6 * maxSymbols]);
      return { answer: build.apply(head, tanh(build.apply(hidden, x))) };
    },
  };
}
