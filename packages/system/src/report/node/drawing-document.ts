// SPDX-License-Identifier: Apache-2.0
import { DOMParser } from "linkedom";
import type { DrawingDocument } from "../render-svg.ts";

/** A document for drawing charts where there is no browser. */
export function drawingDocument(): DrawingDocument {
  return new DOMParser().parseFromString("<html></html>", "text/html");
}
