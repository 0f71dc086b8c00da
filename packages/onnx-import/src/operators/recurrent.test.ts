// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import { ForeignModel } from "../foreign-model.ts";
import { onnxFile } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

const [STEPS, BATCH, IN, WIDTH] = [4, 2, 3, 5];

/** A GRU of one or two directions, whose inputs are stored under the names given. */
function gru(
  attributes: Readonly<Record<string, FileAttribute>>,
  optional: readonly ("bias" | "start")[] = ["bias"],
): FileParts {
  const directions = attributes["direction"] === "bidirectional" ? 2 : 1;
  const names = ["bias", "", "start"].map((name) => (optional.includes(name as "bias") ? name : ""));
  return {
    nodes: [
      {
        type: "GRU",
        inputs: ["x", "weight", "stateWeight", ...names],
        outputs: ["y", "last"],
        attributes: { hidden_size: WIDTH, ...attributes },
      },
    ],
    inputs: { x: { shape: [STEPS, "batch", IN] } },
    stored: {
      weight: drawn("weight", directions, 3 * WIDTH, IN),
      stateWeight: drawn("stateWeight", directions, 3 * WIDTH, WIDTH),
      bias: drawn("bias", directions, 6 * WIDTH),
      start: drawn("start", directions, BATCH, WIDTH),
    },
    outputs: ["y", "last"],
  };
}

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
    ["other activations", { activations: "Relu" }, [STEPS, "batch", IN], /no activations/],
    ["the batch in front", { layout: 1 }, [STEPS, "batch", IN], /layout 0/],
    ["an unknown number of steps", {}, ["steps", "batch", IN], /a number of steps, got "steps"/],
  ])("and refuses %s", (_name, attributes, shape, message) => {
    const file = onnxFile({ ...gru(attributes), inputs: { x: { shape } } });
    const model = new ForeignModel(file);
    const apply = (): unknown => new Build(model, { training: false }).apply(model, { x: input("x", shape) });
    expect(apply).toThrow(message);
  });
});
