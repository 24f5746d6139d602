// What the page needs before it shows a prompt, told to the browser in its head, so that all of it is fetched at once and not one after
// the other: the emulator, the worker, the core, the image's index, and the chunks of the files that a shell touches first.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const firstFiles = [
  '/usr/bin/bash',
  '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/usr/lib/x86_64-linux-gnu/libtinfo.so.6.3',
  '/etc/passwd',
  '/etc/nsswitch.conf',
  '/etc/bash.bashrc',
  '/etc/inputrc',
  '/root/.bashrc',
  '/usr/share/terminfo/x/xterm-256color',
  '/lib/terminfo/x/xterm-256color',
];
const [FIRST_FIELD, SIZE, OFFSET] = [5, 5, 6];
const [S_IFMT, S_IFDIR, S_IFREG] = [0o170000, 0o040000, 0o100000];

/** Names of the chunks that hold these files' bytes; links in directories are not followed. */
export function chunksOf(index, paths) {
  const names = new Set();
  for (const path of paths) {
    let node = index.nodes[0];
    for (const name of path.split('/').filter(Boolean)) {
      const at =
        node && (node[0] & S_IFMT) === S_IFDIR
          ? node.findIndex((field, i) => i >= FIRST_FIELD && (i - FIRST_FIELD) % 2 === 0 && field === name)
          : -1;
      node = at < 0 ? undefined : index.nodes[node[at + 1]];
    }
    if (!node || (node[0] & S_IFMT) !== S_IFREG || node[SIZE] === 0) continue;
    const { bytes, names: all } = index.chunks;
    for (let i = Math.floor(node[OFFSET] / bytes); i * bytes < node[OFFSET] + node[SIZE]; i++) names.add(all[i]);
  }
  return [...names];
}

/** @returns {import('vite').Plugin} */
export function hints() {
  return {
    name: 'ring3-hints',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const index = JSON.parse(readFileSync(fileURLToPath(new URL('../public/images/base/index.json', import.meta.url)), 'utf8'));
        const files = Object.keys(bundle ?? {});
        // Not what is only a way to another file.
        const find = (pattern) => files.filter((name) => pattern.test(name) && (bundle[name].code ?? bundle[name].source).length > 10_000);
        const link = (rel, href, attrs = {}) => ({ tag: 'link', attrs: { rel, href: `./${href}`, ...attrs }, injectTo: 'head' });
        return [
          ...find(/\/xterm-[^/]*\.js$/).map((name) => link('modulepreload', name)),
          ...find(/\/core-[^/]*\.wasm$/).map((name) => link('preload', name, { as: 'fetch', crossorigin: '' })),
          // The worker fetches these: a preload is for the page alone.
          ...find(/\/worker-[^/]*\.js$/).map((name) => link('prefetch', name)),
          link('prefetch', 'images/base/index.json'),
          ...chunksOf(index, firstFiles).map((name) => link('prefetch', `images/base/chunks/${name}`)),
        ];
      },
    },
  };
}
