// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { LoweredModel } from "../onnx/lower.ts";
import { lower } from "../onnx/lower.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";

export interface EvaluatorOptions {
  readonly runtime: Runtime;
  /** Values of every parameter and buffer that the outputs use. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly session?: SessionOptions;
}

/** Runs a graph with fixed weights on batches of any size. */
export class Evaluator {
  private readonly session: Session;
  readonly model: LoweredModel;

  private constructor(model: LoweredModel, session: Session) {
    this.model = model;
    this.session = session;
  }

  /** Weights are written into the model, so that the runtime prepares them once. */
  static async create(
    outputs: Readonly<Record<string, Tensor>>,
    options: EvaluatorOptions,
  ): Promise<Evaluator> {
    const model = lower(outputs, {
      kernels: options.runtime.kernels,
      weights: options.weights,
      name: "evaluate",
    });
    return new Evaluator(model, await options.runtime.createSession(model.bytes, options.session));
  }

  run(feeds: NamedTensors): Promise<Readonly<Record<string, HostTensor>>> {
    return this.session.run(feeds);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
