// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { built, drawn, expectAgreement } from "../agreement.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

const [STEPS, BATCH, IN, WIDTH] = [4, 2, 3, 5];

const GATES = { GRU: 3, LSTM: 4, RNN: 1 };

/** A layer of one or two directions, whose inputs are stored under the names given. */
function layer(
  type: keyof typeof GATES,
  attributes: Readonly<Record<string, FileAttribute>>,
  optional: readonly ("bias" | "start" | "cell")[] = ["bias"],
): FileParts {
  const directions = attributes["direction"] === "bidirectional" ? 2 : 1;
  const rows = GATES[type] * WIDTH;
  const names = ["bias", "", "start", ...(type === "LSTM" ? ["cell"] : [])];
  const outputs = ["y", "last", ...(type === "LSTM" ? ["lastCell"] : [])];
  return {
    nodes: [
      {
        type,
        inputs: [
          "x",
          "weight",
          "stateWeight",
          ...names.map((name) => (optional.includes(name as "bias") ? name : "")),
        ],
        outputs,
        attributes: { hidden_size: WIDTH, ...attributes },
      },
    ],
    inputs: { x: { shape: [STEPS, "batch", IN] } },
    stored: {
      weight: drawn("weight", directions, rows, IN),
      stateWeight: drawn("stateWeight", directions, rows, WIDTH),
      bias: drawn("bias", directions, 2 * rows),
      start: drawn("start", directions, BATCH, WIDTH),
      cell: drawn("cell", directions, BATCH, WIDTH),
    },
    outputs,
  };
}

const gru = (
  attributes: Readonly<Record<string, FileAttribute>>,
  optional?: readonly ("bias" | "start")[],
): FileParts => layer("GRU", attributes, optional);

describe("an imported LSTM or RNN agrees with ONNX Runtime", () => {
  const fixed = { inputs: { x: { shape: [STEPS, BATCH, IN] } } };
  it.each<[string, FileParts]>([
    ["as PyTorch writes an LSTM", layer("LSTM", {})],
    ["an LSTM without bias", layer("LSTM", {}, [])],
    ["an LSTM from the end", layer("LSTM", { direction: "reverse" })],
    [
      "an LSTM from both ends and given states",
      { ...layer("LSTM", { direction: "bidirectional" }, ["bias", "start", "cell"]), ...fixed },
    ],
    ["an RNN", layer("RNN", {})],
    [
      "an RNN with Relu from the end",
      layer("RNN", { direction: "reverse", activations: { texts: ["Relu"] } }),
    ],
  ])("%s", (_name, parts) => expectAgreement(parts));

  it.each<[string, Readonly<Record<string, FileAttribute>>, RegExp]>([
    ["coupled gates", { input_forget: 1 }, /input_forget 0, got 1/],
    ["bounded gates", { clip: { float: 3 } }, /no clip/],
    [
      "a direction that is none",
      { direction: "sideways" },
      /forward, reverse or bidirectional, got sideways/,
    ],
  ])("and an LSTM refuses %s", (_name, attributes, message) => {
    expect(() => built(layer("LSTM", attributes))).toThrow(message);
  });
});

describe("an imported GRU agrees with ONNX Runtime", () => {
  const after = { linear_before_reset: 1 };
  it.each<[string, FileParts]>([
    ["as PyTorch writes it", gru(after)],
    ["with the reset gate before the product", gru({})],
    ["from the end", gru({ ...after, direction: "reverse" })],
    ["from both ends", gru({ ...after, direction: "bidirectional" })],
    [
      "from both ends and given states",
      {
        ...gru({ direction: "bidirectional" }, ["bias", "start"]),
        inputs: { x: { shape: [STEPS, BATCH, IN] } },
      },
    ],
    ["without bias", gru(after, [])],
  ])("%s", (_name, parts) => expectAgreement(parts));

  it.each<[string, Readonly<Record<string, FileAttribute>>, (number | string)[], RegExp]>([
    [
      "other activations",
      { activations: { texts: ["Sigmoid", "Relu"] } },
      [STEPS, "batch", IN],
      /activations sigmoid, tanh, got sigmoid, relu/,
    ],
    ["the batch in front", { layout: 1 }, [STEPS, "batch", IN], /layout 0/],
    ["an unknown number of steps", {}, ["steps", "batch", IN], /a number of steps, got "steps"/],
  ])("and refuses %s", (_name, attributes, shape, message) => {
    expect(() => built({ ...gru(attributes), inputs: { x: { shape } } })).toThrow(message);
  });
});
