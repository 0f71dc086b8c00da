// SPDX-License-Identifier: Apache-2.0
export {
  type HostArrays,
  type HostDType,
  type HostTensor,
  numElementsOf,
  bytesPerElement,
} from "./host-tensor.ts";
export { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.ts";
