// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";

/** The first Python that can import PyTorch (`SEMLINK_TORCH_PYTHON` is asked first), or null. */
export function pythonWithTorch() {
  const candidates = [process.env.SEMLINK_TORCH_PYTHON, "python3", "/usr/bin/python3"].filter(Boolean);
  for (const command of candidates) {
    try {
      execFileSync(command, ["-c", "import torch"], { stdio: "ignore" });
      return command;
    } catch {
      // not this one
    }
  }
  return null;
}
