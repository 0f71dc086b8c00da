// SPDX-License-Identifier: Apache-2.0
// The order of the folders of each package, and the circles of files that are allowed.

/**
 * Folders (with a slash at the end) and files below `packages/<name>/src`, from the ground up. An import points to the
 * same or an earlier line; what stands on one line in brackets may import each other. The longest entry that fits a
 * file is its own: `onnx/emitter.ts` stands where it is named, the rest of `onnx/` on a line of its own.
 *
 * @type {Readonly<Record<string, readonly (string | readonly string[])[]>>}
 */
export const FOLDERS = {
  engine: [
    "errors.ts",
    "random/",
    "files/",
    "onnx/kernel-set.ts",
    ["graph/", "onnx/emitter.ts"],
    "onnx/",
    "ops/",
    "autodiff/",
    "nn/",
    "optim/",
    "rewrite/",
    "runtime/",
    "train/",
    "self-test.ts",
    "profile/",
    "testing/",
    "index.ts",
    ["node.ts", "web.ts"],
  ],

  system: [
    "config/",
    "numbers/",
    "store/",
    "results/",
    "run/",
    "channel/",
    "modem/",
    "data/",
    "task/",
    "cells/",
    "student/",
    "teacher/",
    "codec/",
    "train/",
    "link/",
    "lines/",
    "search/",
    "evaluate/",
    "report/",
    "verify/",
    "inspect/",
    "experiment.ts",
    "presets/",
    "stages/",
    "index.ts",
    "node.ts",
  ],
};

/**
 * Packages whose files may not import each other in a circle.
 *
 * @type {readonly string[]}
 */
export const WITHOUT_CIRCLES = ["engine", "system"];

/**
 * The circles that stay, with the reason.
 *
 * @type {Readonly<Record<string, readonly { files: readonly string[], reason: string }[]>>}
 */
export const ALLOWED_CIRCLES = {
  engine: [
    {
      files: ["graph/tensor.ts", "onnx/emitter.ts"],
      reason:
        "a node says how it is written as ONNX, and what is written has the types of nodes (types alone)",
    },
    {
      files: ["ops/conv/conv2d.ts", "ops/conv/input-gradient.ts", "ops/conv/weight-gradient.ts"],
      reason: "the gradients of each of the three are the other two",
    },
  ],
};
