// Compiles tests/guest/*.c natively into .cache/guest. A source's variants: static by default; hello.c in every way of linking.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'tests/guest');
const target = join(root, '.cache/guest');

const linking = {
  static: ['gcc', '-static'],
  'static-pie': ['gcc', '-static-pie', '-fPIE'],
  pie: ['gcc', '-pie', '-fPIE'],
  'no-pie': ['gcc', '-no-pie'],
  musl: ['musl-gcc', '-static'],
};

function variantsOf(name, text) {
  const asked = /^\/\/ link: (.*)$/m.exec(text)?.[1].split(' ');
  if (asked) return asked;
  return name === 'hello' ? Object.keys(linking) : ['static'];
}

/** @returns {string | undefined} what was built */
export function buildGuestTests() {
  mkdirSync(target, { recursive: true });
  let built = 0;
  const header = statSync(join(sources, 'check.h')).mtimeMs;
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.c'))) {
    const name = file.slice(0, -2);
    const source = join(sources, file);
    for (const variant of variantsOf(name, readFileSync(source, 'utf8'))) {
      const out = join(target, `${name}.${variant}`);
      if (existsSync(out) && statSync(out).mtimeMs > Math.max(header, statSync(source).mtimeMs)) continue;
      const [compiler, ...flags] = linking[variant];
      const args = ['-O1', '-g0', '-Wall', '-Wno-unused-result', '-std=gnu17', ...flags, '-o', out, source, '-lm', '-lpthread'];
      const done = spawnSync(compiler, args, { encoding: 'utf8' });
      if (done.error?.code === 'ENOENT') continue;
      if (done.status !== 0) throw new Error(`${compiler} ${args.join(' ')}\n${done.stderr}`);
      built++;
    }
  }
  return built ? `${built} built` : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(buildGuestTests() ?? 'up to date');
