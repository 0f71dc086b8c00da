// SPDX-License-Identifier: Apache-2.0
import type { ChannelUses, Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decimal, NOT_MEASURED } from "../number-format.ts";
import { channelLabel, channelsOf } from "../selection.ts";
import { scrollable } from "./section.ts";

/** What each transmission takes of the channel, overhead included, a table for each channel. */
export function channelUsesTables(results: Results): Html {
  const { channelUses = [] } = results;
  if (channelUses.length === 0) return html`<p class="absent">Channel uses: ${NOT_MEASURED}.</p>`;
  return html`<p>
      Complex channel uses of one item. Check bits, and the fields of a digital line, are inside its symbols.
    </p>
    ${channelsOf(results).map((channel) =>
      tableOf(
        channel,
        channelUses.filter((uses) => uses.channel === channel),
        results,
      ),
    )}`;
}

function tableOf(channel: string, rows: readonly ChannelUses[], results: Results): Html {
  if (rows.length === 0) return html``;
  const labelOf = (id: string): string => results.lines.find((line) => line.id === id)?.label ?? id;
  const columns = ["symbols", "pilots", "length field", "cyclic prefix", "idle subcarriers", "total"];
  const title = `Channel uses, ${channelLabel(results, channel)}`;
  return scrollable(
    title,
    html`<table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${name}</th>`)}
          <th scope="col">CBR with all</th>
          <th scope="col" class="text">lines</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((uses) => {
          const { numSymbols, numPilots, numFieldSymbols, numPrefix, numIdle, total, cbr } = uses;
          const counts = [numPilots, numFieldSymbols, numPrefix, numIdle, total];
          return html`<tr>
            <th scope="row">${numSymbols}</th>
            ${counts.map((value) => html`<td>${decimal(value, 0)}</td>`)}
            <td>${decimal(cbr, 4)}</td>
            <td class="text">${uses.lines.map(labelOf).join(", ")}</td>
          </tr>`;
        })}
      </tbody>
    </table>`,
  );
}
