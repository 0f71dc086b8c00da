// SPDX-License-Identifier: Apache-2.0
import { constellation, demap, modulate } from "../modem/index.ts";

/** The parts of a modem that are checked; a test puts a faulty one in the place of one of them. */
export interface ModemParts {
  readonly constellation: typeof constellation;
  readonly modulate: typeof modulate;
  readonly demap: typeof demap;
}

/** Semlink's modem. */
export const modemParts: ModemParts = { constellation, modulate, demap };
