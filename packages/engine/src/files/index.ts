// SPDX-License-Identifier: Apache-2.0
export { writeFileAtomic } from "./atomic-write.ts";
export { type HostDType, type HostTensor, numElementsOf, bytesPerElement } from "./host-tensor.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type TensorFile,
  writeSafetensors,
} from "./safetensors.ts";
