import { gzipSync } from 'node:zlib';
import { bundleFile } from './bundle-files.js';
import { shellQuote } from './shell-quote.js';

/** What a page runs. */
export interface PageProgram {
  title: string;
  /** Its path in the guest, and argv with argv[0]. */
  program: string;
  argv: readonly string[];
  env: readonly string[];
  terminal: boolean;
  /** Attributes of <ring3-machine> besides: '' stands for one without a value. */
  attributes: Readonly<Record<string, string>>;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char]!);

/** The element alone. `where` says where the program is: src, or root and program. */
export function elementHtml({ argv, env, terminal, attributes }: PageProgram, where: Readonly<Record<string, string>>): string {
  const isDefault = argv.length === 1 && argv[0] === (where['src'] ?? where['program']);
  const all: Record<string, string> = {
    ...where,
    ...(isDefault ? {} : { argv: argv.map(shellQuote).join(' ') }),
    ...(env.length > 0 ? { env: env.map(shellQuote).join(' ') } : {}),
    ...attributes,
  };
  const text = Object.entries(all).map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${escape(value)}"`));
  return `<ring3-machine${text.join('')}>${terminal ? '<ring3-terminal></ring3-terminal>' : ''}</ring3-machine>`;
}

/** A page that loads ring3.js from `script`. */
export function pageHtml(title: string, element: string, script: string): string {
  return document(title, `<script type="module" src="${escape(script)}"></script>\n`, `${element}\n`);
}

/**
 * A page that has everything in it and opens from a disk, where browsers load no module: classic scripts, the core and the root file
 * system in base64.
 * @param root a tar archive, gzipped
 */
export function standaloneHtml(page: PageProgram, root: Uint8Array): string {
  const data = (id: string, bytes: Uint8Array): string =>
    `<script type="text/plain" id="${id}">${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}</script>\n`;
  const code = (name: string): string => `<script>${inScript(bundleFile(name).toString('utf8'))}</script>\n`;
  const body = [
    `${elementHtml(page, { root: '#ring3-root', program: page.program })}\n`,
    data('ring3-core', gzipSync(bundleFile('core.wasm'), { level: 9 })),
    data('ring3-root', root),
    page.terminal ? code('ring3-standalone-terminal.js') : '',
    code('ring3-standalone.js'),
  ];
  return document(page.title, '', body.join(''));
}

/** What would end the element, or change how its text is read, inside a script: in strings and patterns the backslash changes nothing. */
function inScript(code: string): string {
  return code.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}

function document(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>
main {
  max-width: 60rem;
  margin: 2rem auto;
  padding: 0 1rem;
  font-family: system-ui, sans-serif;
}
</style>
${head}</head>
<body>
<main>
<h1>${escape(title)}</h1>
${body}</main>
</body>
</html>
`;
}
