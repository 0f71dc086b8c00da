// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, NamedTensors, Runtime, Tensor } from "@semlink/engine";
import { describeError, Evaluator, SemlinkError } from "@semlink/engine";
import { channelKinds, symbolPrefix } from "../../channel/channel-model.ts";
import { type Dataset, imagesFrom } from "../../data/dataset.ts";
import { linkModels } from "../../link/export-link.ts";
import { drawnWeights } from "../../train/weights.ts";
import { powerFault } from "../line.ts";
import type { LearnedLine, LineProblem } from "./learned-line.ts";
import type { LearnedLineSpec } from "./line-spec.ts";

/** A line of a user's own before its training. */
export interface Rehearsal {
  readonly line: LearnedLine;
  readonly spec: LearnedLineSpec;
  readonly problem: LineProblem;
  readonly data: Pick<Dataset, "train" | "mean" | "std">;
  readonly runtime: Runtime;
}

const NUM_ITEMS = 6;
const ES_NO_DB = 10;

/**
 * Runs a line once with drawn weights, from images to answers over symbols as they were sent, and compares what comes out
 * with what it declares: a second's work that tells a mistake before hours of training.
 *
 * @throws SemlinkError "line-module" naming what is broken: a graph that cannot be built, symbols of another shape or power,
 * another reception, a device that decides or not against its word, an answer or an embedding of another width
 */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { line, spec } = rehearsal;
  const refused = (expected: string, actual: string, cause?: unknown): SemlinkError =>
    new SemlinkError({
      code: "line-module",
      where: `${spec.module ?? "line"}, line ${line.name}`,
      expected,
      actual,
      hint: "rehearsed with drawn weights before anything is trained",
      cause,
    });
  let fault: Fault | null;
  try {
    fault = await faultOf(rehearsal);
  } catch (cause) {
    throw refused("a link that can be built and run", describeError(cause).message, cause);
  }
  if (fault) throw refused(fault.expected, fault.actual);
}

interface Fault {
  readonly expected: string;
  readonly actual: string;
}

async function faultOf({
  line,
  spec: { settings },
  problem,
  data,
  runtime,
}: Rehearsal): Promise<Fault | null> {
  const { task, sizes, embedDim, imageShape, code } = problem;
  const declared = line.declares(settings);
  const network = line.network(problem, settings);
  const weights = drawnWeights(network, 0);
  const link = line.graph(network, problem, settings);
  if (link.reception !== declared.reception) {
    return {
      expected: `reception "${declared.reception}" as declared`,
      actual: `"${link.reception}" in the graph`,
    };
  }
  const [says, has] = [line.decides ?? false, link.deviceAnswer !== undefined];
  if (says !== has) {
    return {
      expected: `deviceAnswer in the graph where decides is true, and there alone`,
      actual: `decides ${says}, deviceAnswer ${has}`,
    };
  }
  const models = linkModels(network, link, {
    images: { shape: imageShape, range: [0, 255], mean: data.mean, std: data.std },
    lengths: code.lengths,
    channelKinds,
    featureDim: embedDim,
    answer: "answer",
  });
  const run = async (
    outputs: Readonly<Record<string, Tensor>>,
    feeds: NamedTensors,
  ): Promise<NamedTensors> => {
    const evaluator = await Evaluator.create(outputs, { runtime, weights });
    try {
      const read = Object.keys(evaluator.model.inputs);
      return await evaluator.run(Object.fromEntries(read.map((name) => [name, feeds[name]!])));
    } finally {
      await evaluator.release();
    }
  };

  const set = imagesFrom(data.train, 0, Math.min(NUM_ITEMS, data.train.count));
  const { count } = set;
  const told = {
    esNoDb: filled([count, 1], ES_NO_DB),
    kind: oneHot(count, channelKinds.length),
  };
  const images: HostTensor = {
    dtype: "float32",
    shape: [count, ...imageShape],
    data: Float32Array.from(set.images),
  };
  const { features } = await run({ features: models.device["features"]! }, { images });
  if (features!.data.length !== count * embedDim) {
    return {
      expected: `features [batch, ${embedDim}], the width of the embedding`,
      actual: shapeText(features),
    };
  }
  const { symbols } = await run(models.transmitter, { ...told, images });
  const maxSymbols = code.lengths.at(-1)!;
  if (symbols!.data.length !== count * maxSymbols * 2) {
    return { expected: `symbols [batch, ${maxSymbols}, 2]`, actual: shapeText(symbols) };
  }
  const sent = symbols!.data as Float32Array;
  for (const numSymbols of code.lengths) {
    const prefix = symbolPrefix(sent, count, numSymbols);
    const actual = powerFault(prefix, { count, numSymbols, power: declared.power });
    if (actual)
      return { expected: `power "${declared.power}" as declared, at ${numSymbols} symbols`, actual };
  }
  const received = await run(models.receiver, {
    ...told,
    received: symbols!,
    mask: filled([count, maxSymbols, 1], 1),
    equalizedEsNoDb: filled([count, 1], ES_NO_DB),
    gain: oneHot(count * maxSymbols, 2, [count, maxSymbols, 2]), // h = 1
    no: filled([count, maxSymbols, 1], 10 ** (-ES_NO_DB / 10)),
  });
  const answerDim = task.answerDim(sizes);
  if (received["answer"]?.data.length !== count * answerDim) {
    return { expected: `an answer [batch, ${answerDim}]`, actual: shapeText(received["answer"]) };
  }
  const isEmbedding = declared.receives.includes("embedding");
  const expected = isEmbedding ? count * embedDim : undefined;
  if (received["embedding"]?.data.length !== expected) {
    return {
      expected: isEmbedding
        ? `an embedding [batch, ${embedDim}], as declared`
        : "no embedding, as none is declared",
      actual: shapeText(received["embedding"]),
    };
  }
  return null;
}

function filled(shape: number[], value: number): HostTensor {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: "float32", shape, data: new Float32Array(length).fill(value) };
}

/** Rows `[1, 0, 0, ...]`. */
function oneHot(count: number, width: number, shape: number[] = [count, width]): HostTensor {
  const data = Float32Array.from({ length: count * width }, (_, i) => (i % width === 0 ? 1 : 0));
  return { dtype: "float32", shape, data };
}

function shapeText(tensor: HostTensor | undefined): string {
  return tensor ? `[${tensor.shape.join(", ")}]` : "none";
}
