// SPDX-License-Identifier: Apache-2.0
import type { ChannelUses, LedgerRow, Results } from "../../results/results.ts";
import { html, type Html } from "../markup.ts";
import { decimal, NOT_MEASURED, share } from "../number-format.ts";
import { channelLabel, channelsOf, isOfOtherLine, mainRows, teacherRow } from "../selection.ts";
import { scrollable } from "./section.ts";

interface Cost {
  readonly params: number;
  readonly macs: number;
}

/** What each part costs, by side, with sums and shares of the teacher. */
export function ledgerTable(results: Results): Html {
  if (results.ledger.length === 0) return html`<p class="absent">Parameters and MACs: ${NOT_MEASURED}.</p>`;
  const teacher = teacherRow(results);
  const device = mainRows(results, "device");
  const receiver = mainRows(results, "receiver");
  const others = results.ledger.filter((row) => isOfOtherLine(results, row) && row.side !== "training-only");
  const training = results.ledger.filter(({ side }) => side === "training-only");
  return scrollable(
    "Ledger",
    html`<table>
      <thead>
        <tr>
          <th scope="col">part</th>
          <th scope="col">parameters</th>
          <th scope="col">share of teacher</th>
          <th scope="col">MACs per item</th>
          <th scope="col">share of teacher</th>
          <th scope="col" class="text">note</th>
        </tr>
      </thead>
      ${group("Device (transmitter)", device, teacher)} ${group("Receiver", receiver, teacher)}
      ${
        device.length > 0 && receiver.length > 0
          ? html`<tbody>
              ${sumRow("Whole link", [...device, ...receiver], teacher)}
            </tbody>`
          : undefined
      }
      ${group("Other lines, not part of the link", others, teacher, { hasSum: false })}
      ${group("At training time only", training, teacher, { hasSum: false })}
    </table>`,
  );
}

function group(
  title: string,
  rows: readonly LedgerRow[],
  teacher: LedgerRow | undefined,
  { hasSum }: { hasSum: boolean } = { hasSum: true },
): Html {
  if (rows.length === 0) return html``;
  return html`<tbody>
    <tr class="group">
      <th scope="rowgroup" colspan="6">${title}</th>
    </tr>
    ${rows.map(
      (row) =>
        html`<tr>
          <th scope="row">${row.part}</th>
          ${costCells(row, teacher)}
          <td class="text">${row.note}</td>
        </tr>`,
    )}
    ${hasSum ? sumRow("sum", rows, teacher) : undefined}
  </tbody>`;
}

function sumRow(title: string, rows: readonly LedgerRow[], teacher: LedgerRow | undefined): Html {
  const params = rows.reduce((sum, row) => sum + row.params, 0);
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  return html`<tr class="sum">
    <th scope="row">${title}</th>
    ${costCells({ params, macs }, teacher)}
    <td></td>
  </tr>`;
}

function costCells(cost: Cost, teacher: Cost | undefined): Html[] {
  return (["params", "macs"] as const).map(
    (unit) =>
      html`<td>${decimal(cost[unit], 0)}</td>
        <td>${share(cost[unit], teacher?.[unit])}</td>`,
  );
}

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
