// SPDX-License-Identifier: Apache-2.0
import { airbenchLite } from "./airbench-lite.js";
import { catTraining } from "./cat-training.js";
import { conferenceStudent } from "./conference-student.js";
import { dartsSupernet } from "./darts-supernet.js";
import { inference } from "./inference.js";
import { vitTiny } from "./vit-tiny.js";

/**
 * What is measured. A workload has one file here for the engine and one of the same name in `torch/` for PyTorch.
 *
 * @typedef {object} Workload
 * @property {string} key letter on the command line
 * @property {string} name name of its files
 * @property {string} title
 * @property {readonly Case[]} cases
 * @property {(setting: Case) => Program} program what one case runs
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {number} batch
 *
 * @typedef {object} Program
 * @property {object} model root of the parameters' names
 * @property {import("@semlink/engine").TrainStep} [step] what is trained
 * @property {number} [learningRate] with `step`
 * @property {Record<string, import("@semlink/engine").Tensor>} [outputs] what is inferred, instead of `step`
 * @property {Record<string, import("@semlink/engine").HostTensor>} data inputs, the same at every step
 */

/** @type {readonly Workload[]} */
export const workloads = [conferenceStudent, dartsSupernet, catTraining, vitTiny, airbenchLite, inference];
