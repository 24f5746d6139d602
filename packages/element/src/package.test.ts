import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 });
const source = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

interface Entry {
  name: string;
  description?: string;
  type?: { text: string };
}
interface Declaration {
  tagName: string;
  attributes: Entry[];
  events?: Entry[];
  cssParts: Entry[];
  cssProperties: Entry[];
  cssStates: Entry[];
}

function declarations(): Declaration[] {
  const manifest = JSON.parse(readFileSync(new URL('../dist/custom-elements.json', import.meta.url), 'utf8')) as {
    modules: { declarations: Declaration[] }[];
  };
  return manifest.modules.flatMap((module) => module.declarations);
}
const machine = (): Declaration => declarations().find(({ tagName }) => tagName === 'ring3-machine')!;
const names = (entries: readonly Entry[]): string[] => entries.map(({ name }) => name).toSorted();
const found = (text: string, pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].toSorted();

describe('@ring3/element as a package', () => {
  test('can be imported on a server', () => {
    const script = `const { Ring3Machine, defineElements } = await import('@ring3/element'); defineElements(); console.log(typeof Ring3Machine, typeof document)`;
    expect(node('--input-type=module', '-e', script).trim()).toBe('function undefined');
  });

  test('types: a page, React, Vue, Svelte', () => {
    const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
    expect(node(tsc, '-p', 'testing/types')).toBe('');
  }, 60_000);

  test('everything that is public is described, and README.md has it', () => {
    expect(node('tools/manifest.mjs', '--check')).toBe('');
  });

  test('publint finds nothing', () => {
    const script = `import { publint } from 'publint'; const { messages } = await publint({ pkgDir: ${JSON.stringify(folder)}, pack: false }); console.log(JSON.stringify(messages))`;
    expect(JSON.parse(node('--input-type=module', '-e', script))).toEqual([]);
  });
});

describe('the manifest', () => {
  test('has the four elements', () => {
    expect(declarations().map(({ tagName }) => tagName)).toEqual(
      expect.arrayContaining(['ring3-machine', 'ring3-terminal', 'ring3-file', 'ring3-elf']),
    );
  });

  test('events: those that the types have', () => {
    const [map] = /interface Ring3EventMap \{[^}]*\}/.exec(source('events.ts'))!;
    const told = declarations().flatMap(({ events = [] }) => names(events));
    expect([...new Set(told)].toSorted()).toEqual(found(map, /'(ring3-[a-z]+)'/g));
  });

  test('parts, custom properties and states: those that the sources have', () => {
    const { cssParts, cssProperties, cssStates } = machine();
    const parts = found(source('machine-view.ts'), /part="([a-z -]+)"/g).flatMap((part) => part.split(' '));
    expect(names(cssParts)).toEqual([...new Set([...parts, 'stdout', 'stderr'])].toSorted());
    const used = found(source('styles.ts') + source('machine-styles.ts'), /var\((--ring3-[a-z-]+)/g);
    expect(names(cssProperties)).toEqual(used);
    expect(names(cssStates)).toEqual(found(/const names[^;]*;/.exec(source('custom-states.ts'))![0], /'([a-z]+)'/g));
  });

  test.each(['ring3-machine', 'ring3-terminal', 'ring3-file', 'ring3-elf'])(
    'attributes of <%s>: those of the types for frameworks',
    (tag) => {
      const types = source('frameworks/attribute-types.ts');
      const type = new RegExp(`'${tag}': (\\w+);`).exec(types)![1]!;
      const [body] = new RegExp(`interface ${type} \\{[^]*?\\n\\}`).exec(types)!;
      expect(names(declarations().find(({ tagName }) => tagName === tag)!.attributes)).toEqual(found(body, /^ {2}'?([a-z-]+)'?\?:/gm));
    },
  );
});
