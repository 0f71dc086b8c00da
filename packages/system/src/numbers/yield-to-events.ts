// SPDX-License-Identifier: Apache-2.0

/**
 * Ends the current turn of the event loop and goes on in a later one.
 *
 * A kernel blocks the event loop while it runs. A loop of kernels that awaits this between two of them lets signals,
 * messages and timers in. Node resumes in the phase of `setImmediate`; elsewhere a message to oneself comes back
 * without the delay that browsers add to nested timers.
 */
export function yieldToEvents(): Promise<void> {
  const { setImmediate: immediate } = globalThis as {
    readonly setImmediate?: (callback: () => void) => void;
  };
  return new Promise((resolve) => {
    if (immediate) {
      immediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}
