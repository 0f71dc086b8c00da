// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { toPlanar } from "./planar.ts";

it("toPlanar separates the channels of each image", () => {
  const out = new Uint8Array(12);
  toPlanar(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), out, { channels: 3, numPixels: 2 });
  expect([...out]).toEqual([1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
});
