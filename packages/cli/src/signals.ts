// SPDX-License-Identifier: Apache-2.0
import { EXIT } from "./failure.ts";

/** What emits the signals: the process. */
export interface SignalSource {
  on(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/**
 * A signal that aborts at the first SIGINT or SIGTERM, so that the command can save its state. A second one
 * leaves at once.
 *
 * @param exit - leaves with an exit code
 */
export function abortOnSignals(source: SignalSource, exit: (exitCode: number) => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) exit(EXIT.interrupted);
    controller.abort();
  };
  source.on("SIGINT", onSignal);
  source.on("SIGTERM", onSignal);
  return controller.signal;
}
