// Builds vdso/vdso.S into src/exec/vdso/vdso-image.generated.ts, which is committed, so that a build needs no assembler. With --check
// nothing is written: it fails where the committed image is not what this assembler and linker make of the source.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../vdso', import.meta.url));
const target = fileURLToPath(new URL('../src/exec/vdso/vdso-image.generated.ts', import.meta.url));
/** The kernel maps one page. */
const PAGE = 4096;
const BYTES_PER_LINE = 64;

/** @returns {Buffer} the shared object, with its section headers */
function build() {
  const work = mkdtempSync(join(tmpdir(), 'ring3-vdso-'));
  try {
    const [object, linked, image] = ['vdso.o', 'vdso.so', 'vdso.min'].map((name) => join(work, name));
    execFileSync('as', ['--64', '--fatal-warnings', '-o', object, join(source, 'vdso.S')], { stdio: ['ignore', 'inherit', 'inherit'] });
    const options = '-shared -nostdlib -Bsymbolic -soname linux-vdso.so.1 --hash-style=both --build-id=sha1 --eh-frame-hdr';
    const layout = ['-z', 'max-page-size=4096', '-z', 'noexecstack', '-T', join(source, 'vdso.lds')];
    execFileSync('ld', [...options.split(' '), ...layout, '-o', linked, object], { stdio: ['ignore', 'inherit', 'inherit'] });
    execFileSync('objcopy', ['-S', linked, image]);
    return readFileSync(image);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {Buffer} image */
function moduleOf(image) {
  if (image.length > PAGE) throw new Error(`the vdso has ${image.length} bytes: more than its page`);
  const lines = [];
  for (let at = 0; at < image.length; at += BYTES_PER_LINE) lines.push(`  '${image.subarray(at, at + BYTES_PER_LINE).toString('hex')}'`);
  return `// Generated from packages/kernel/vdso by tools/build-vdso.mjs. Do not edit.

/** linux-vdso.so.1, ${image.length} bytes, in hexadecimal. */
export const VDSO_IMAGE =
${lines.join(' +\n')};
`;
}

const made = moduleOf(build());
if (!process.argv.includes('--check')) writeFileSync(target, made);
else if (readFileSync(target, 'utf8') !== made) {
  console.error('vdso-image.generated.ts is not what vdso/ makes here: run node packages/kernel/tools/build-vdso.mjs');
  process.exitCode = 1;
}
