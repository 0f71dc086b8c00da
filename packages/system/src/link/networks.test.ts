// SPDX-License-Identifier: Apache-2.0
import { nameTree, paramsOf, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../channel/channel-model.ts";
import { channelCodec, codecShape, linkNetwork, studentNetwork } from "./networks.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

const { shape, experiment, targets } = tinyProblem();

function namesOf(network: object): string[] {
  nameTree(network);
  return paramsOf(network).map(({ name }) => name);
}

describe("networks", () => {
  it("of stage 2 hold every parameter of stage 1 under the same name", () => {
    const names = new Set(namesOf(linkNetwork(shape, experiment, "cat")));
    for (const name of namesOf(studentNetwork(shape, experiment.student, null)))
      expect(names).toContain(name);
  });

  it("name their parameters by what they are part of", () => {
    for (const kind of ["cat", "film-mlp"] as const) {
      const parts = namesOf(linkNetwork(shape, experiment, kind)).map(
        (name) => /^(codec\.)?\w+/.exec(name)![0],
      );
      expect([...new Set(parts)].sort()).toEqual([
        "codec.decoder",
        "codec.encoder",
        "head",
        "receiverHead",
        "student",
      ]);
    }
  });

  it("start the student's head as the teacher's, without one at drawn values", () => {
    const rng = rngFrom(1);
    const { weight, bias } = studentNetwork(shape, experiment.student, targets.map).head;
    expect(weight.init(weight.shape, rng)).toEqual(targets.map!.weight);
    expect(bias!.init(bias!.shape, rng)).toEqual(targets.map!.bias);
    const drawn = studentNetwork(shape, experiment.student, null).head.weight;
    expect(drawn.init(drawn.shape, rng)).not.toEqual(targets.map!.weight);
  });

  it("have a codec of each kind, told of every channel that there is", () => {
    const sizes = codecShape(shape, experiment.codec);
    expect(sizes).toEqual({
      embedDim: shape.embedDim,
      lengths: experiment.codec.lengths,
      esNoDb: experiment.codec.esNoDb,
      numKinds: channelKinds.length,
    });
    for (const kind of ["cat", "film-mlp"] as const) {
      expect(channelCodec(sizes, experiment.codec, kind).name).toBe(kind);
    }
  });
});
