// SPDX-License-Identifier: Apache-2.0
import { Html, html } from "./html.ts";
import { stylesheet } from "./stylesheet.ts";

/** A whole page in the report's style that needs nothing else: no script, no font, no network. */
export function htmlDocument(title: string, body: Html): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      <style>
        ${new Html(stylesheet)}
      </style>
    </head>
    <body>
      ${body}
    </body>
  </html> `;
  return `<!doctype html>\n${page.markup}\n`;
}
