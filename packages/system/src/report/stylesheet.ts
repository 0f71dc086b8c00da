// SPDX-License-Identifier: Apache-2.0
import { themeProperties } from "./palette.ts";

/** Style sheet of the page: light and dark theme, narrow screens, paper. Charts follow through the same colours. */
export const stylesheet: string = `
:root { color-scheme: light dark; ${themeProperties("light")} --panel: #f5f7f8; }
@media (prefers-color-scheme: dark) { :root { ${themeProperties("dark")} --panel: #1d2227; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header, footer { max-width: 1184px; margin: 0 auto; padding: 0 32px; }
header { padding-top: 48px; }
.eyebrow { margin: 0; color: var(--muted); font-size: 14px; letter-spacing: .04em; text-transform: uppercase; }
h1 { margin: 4px 0 12px; font-size: 34px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 56px 0 12px; padding-top: 16px; border-top: 1px solid var(--rule); font-size: 23px; line-height: 1.3; }
h3 { margin: 32px 0 8px; font-size: 17px; }
p, ul, figcaption { max-width: 78ch; }
.lead { font-size: 18px; }
.absent { color: var(--muted); font-style: italic; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 24px 0 0; padding: 0; list-style: none; max-width: none; }
a { color: var(--blue); text-underline-offset: 3px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 12px; margin: 28px 0 0; }
.card { min-width: 0; display: flex; flex-direction: column; padding: 14px 16px; background: var(--panel); border: 1px solid var(--rule);
  border-radius: 8px; }
.card dt { color: var(--muted); font-size: 14px; }
.card dd { margin: 0; }
.card .value { font-size: 27px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.35; overflow-wrap: anywhere; }
.card .detail { color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
figure { margin: 24px 0 32px; }
figcaption { margin-top: 10px; color: var(--muted); font-size: 14px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--blue); outline-offset: 3px; }
figure .scroll > svg { display: block; max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 16px 0; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { padding: 0 0 6px; text-align: left; font-weight: 600; white-space: nowrap; }
th, td { padding: 6px 12px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; }
th { font-weight: 500; }
thead th { color: var(--muted); font-size: 13px; vertical-align: bottom; }
th:first-child, th.text, td.text { text-align: left; }
th:first-child { padding-left: 0; }
.grid td, .grid th { padding: 6px 9px; text-align: right; }
.grid th:first-child { text-align: right; }
.grid td > * { display: block; white-space: nowrap; }
.grid small { color: var(--muted); font-size: 11.5px; line-height: 1.35; }
.grid .share { color: var(--blue); }
.group th { padding-top: 16px; font-weight: 600; text-align: left; }
.sum th, .sum td { font-weight: 600; }
details { margin: 12px 0; }
summary { cursor: pointer; font-weight: 500; }
pre { overflow-x: auto; padding: 14px 16px; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px;
  font-size: 13px; line-height: 1.45; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .93em; overflow-wrap: anywhere; }
.facts, .formulas { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 24px; font-size: 15px; }
.facts dt, .formulas dt { color: var(--muted); }
.facts dd, .formulas dd { margin: 0; }
sub { line-height: 0; }
footer { margin-top: 56px; padding-bottom: 40px; color: var(--muted); font-size: 14px; }
@media screen and (max-width: 900px) { figure .scroll > svg { max-width: none; } }
@media (max-width: 640px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 27px; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
  .card .value { font-size: 22px; }
  .facts, .formulas { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .facts dd, .formulas dd { margin-bottom: 8px; }
}
@media print {
  :root { ${themeProperties("light")} --panel: #ffffff; }
  @page { size: A4; margin: 14mm; }
  body { font-size: 10pt; }
  main, header, footer { max-width: none; padding: 0; }
  nav { display: none; }
  .lead { font-size: 11.5pt; }
  h2 { break-after: avoid; margin-top: 24pt; }
  figure, .card, tr, table.grid { break-inside: avoid; }
  .cards { grid-template-columns: repeat(4, 1fr); }
  .card .value { font-size: 15pt; }
  .card dt, .card .detail { font-size: 8pt; }
  thead th { font-size: inherit; }
  .scroll { overflow: visible; }
  figure .scroll > svg { width: 100%; }
  table { font-size: 8pt; }
  .grid td, .grid th { padding: 3px 4px; }
  .grid small { font-size: 6.5pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
  a { color: inherit; text-decoration: none; }
}
`;
