import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names that rows may refer to, read from the core's sources. @param {string} assembly packages/core/assembly */
export function coreNames(assembly) {
  const functions = new Map();
  const exportsOf = (from) => {
    let names = functions.get(from);
    if (!names) {
      const file = join(assembly, `${from}.ts`);
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      names = new Set([...text.matchAll(/^export function (\w+)/gm)].map((match) => match[1]));
      for (const list of text.matchAll(/^export \{([^}]*)\}/gm))
        for (const name of list[1].split(',')) names.add(name.trim().replace(/^.* as /, ''));
      functions.set(from, names);
    }
    return names;
  };
  const hotFile = join(assembly, 'cpu/hot-ops.ts');
  const hotText = existsSync(hotFile) ? readFileSync(hotFile, 'utf8') : '';
  const body = /const enum HotOp \{([\s\S]*?)\n\}/.exec(hotText)?.[1] ?? '';
  const hotOps = new Set([...body.matchAll(/^\s*(\w+)\s*(?:=[^,]*)?,/gm)].map((match) => match[1]));
  return { hasFunction: (from, name) => exportsOf(from).has(name), hasHotOp: (name) => hotOps.has(name) };
}
