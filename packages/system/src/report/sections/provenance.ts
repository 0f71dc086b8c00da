// SPDX-License-Identifier: Apache-2.0
import type { Provenance, Results } from "../../results/results.ts";
import { html, type Html } from "../markup.ts";
import { decimal, duration, NOT_MEASURED } from "../number-format.ts";

/** Everything needed to measure the same again: command, seed, versions, machine, stages, configuration. */
export function provenanceSection({ provenance, experiment, bits }: Results): Html {
  return html`${provenanceFacts(provenance)}
    <details>
      <summary>Resolved configuration</summary>
      <pre><code>${JSON.stringify(experiment, undefined, 2)}</code></pre>
    </details>
    ${
      bits === undefined
        ? undefined
        : html`<details>
            <summary>Digests of the artifacts</summary>
            <dl class="facts">
              ${Object.entries(bits).map(
                ([name, digest]) =>
                  html`<dt>${name}</dt>
                    <dd><code>${digest}</code></dd>`,
              )}
            </dl>
          </details>`
    } `;
}

/** Command, seed, versions and machine, and how long each stage took. */
export function provenanceFacts(provenance: Provenance): Html {
  return html`<dl class="facts">
      ${facts(provenance).map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value === "" ? NOT_MEASURED : value}</dd>`,
      )}
    </dl>
    ${stageTable(provenance)}`;
}

function facts(provenance: Provenance): [string, string | Html][] {
  const { cpu, cores, memoryGiB, platform, durationS, peakMemoryMiB } = provenance;
  return [
    ["command", html`<code>${provenance.command}</code>`],
    ["seed", String(provenance.seed)],
    ["commit", html`<code>${provenance.commit}</code>`],
    ["configuration hash", html`<code>${provenance.configHash}</code>`],
    ["semlink", provenance.version],
    ["Node", provenance.node],
    [
      "ONNX Runtime",
      `${provenance.onnxruntime}, ${provenance.executionProvider}, kernels ${provenance.kernels}`,
    ],
    ["machine", `${cpu}, ${cores} cores, ${decimal(memoryGiB, 1)} GiB memory, ${platform}`],
    ["started", provenance.startedAt],
    ["duration", duration(durationS)],
    ["peak memory", `${decimal(peakMemoryMiB, 0)} MiB`],
  ];
}

function stageTable({ stages }: Provenance): Html {
  if (stages.length === 0) return html``;
  return html`<table class="narrow">
    <caption>
      Stages
    </caption>
    <thead>
      <tr>
        <th scope="col">stage</th>
        <th scope="col">duration</th>
        <th scope="col" class="text">state</th>
      </tr>
    </thead>
    <tbody>
      ${stages.map(
        ({ stage, durationS, cached }) =>
          html`<tr>
            <th scope="row">${stage}</th>
            <td>${duration(durationS)}</td>
            <td class="text">${cached ? "taken from an earlier run" : "computed"}</td>
          </tr>`,
      )}
    </tbody>
  </table> `;
}
