// The import graph of CONTRIBUTING.md, checked: who may import which package, and inside the kernel which folder.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const allowed = {
  abi: [],
  isa: ['abi'],
  core: ['abi', 'isa'],
  jit: ['abi', 'core', 'isa'],
  kernel: ['abi', 'core'],
  image: ['abi'],
  elf: ['abi'],
  machine: ['abi', 'core', 'elf', 'isa', 'jit', 'kernel', 'image'],
  element: ['machine', 'elf'],
  cli: ['machine', 'image', 'elf', 'isa'],
};

/** Kernel folders that must not know others: vfs and mm know neither task verbs nor system calls. Types may be imported from anywhere. */
const kernelForbidden = { vfs: ['syscalls', 'trap', 'exec'], mm: ['syscalls', 'trap', 'exec'], fs: ['syscalls', 'trap'] };

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'dist' && entry.name !== 'node_modules') yield* sources(path);
    else if (entry.isFile() && entry.name.endsWith('.ts')) yield path;
  }
}

const problems = [];
for (const [name, may] of Object.entries(allowed)) {
  let files;
  try {
    files = [...sources(join(root, 'packages', name))];
  } catch {
    continue;
  }
  for (const file of files) {
    const isTest = file.endsWith('.test.ts') || file.includes('/testing/');
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(/^(import|export)\s+(type\s+)?[^;]*?from\s+'([^']+)'/gms)) {
      const [, , typeOnly, target] = match;
      const shown = relative(root, file);
      const scoped = /^@ring3\/([a-z]+)/.exec(target);
      if (scoped && scoped[1] !== name && !may.includes(scoped[1]) && !isTest) problems.push(`${shown}: ${name} may not import ${target}`);
      if (target.startsWith('.')) {
        const reached = relative(join(root, 'packages'), resolve(dirname(file), target)).split('/');
        if (reached[0] !== name && !isTest && !may.includes(reached[0]))
          problems.push(`${shown}: ${name} may not reach into ${reached[0]}`);
        if (name === 'kernel' && !typeOnly && !isTest) {
          const from = relative(join(root, 'packages/kernel/src'), file).split('/')[0];
          if (kernelForbidden[from]?.includes(reached[2])) problems.push(`${shown}: ${from}/ may not import ${reached[2]}/`);
        }
      }
    }
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length) process.exit(1);
