import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decompress, openImage, packImage, readDeb, readTar, tarBlocks, TreeBuilder, unxz } from '../index.js';

/** Archives made by the real tools. */
let dir = '';
const big = Buffer.alloc(300_000);
for (let i = 0; i < big.length; i++) big[i] = (i * i * 31 + (i >> 7)) & (i % 5000 < 2500 ? 0xff : 0x0f);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ring3-image-'));
  const root = join(dir, 'root');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/bin/tool'), big, { mode: 0o755 });
  linkSync(join(root, 'usr/bin/tool'), join(root, 'usr/bin/same'));
  symlinkSync('usr/bin', join(root, 'bin'));
  writeFileSync(join(root, `usr/${'long-'.repeat(30)}name`), 'long');
  mkdirSync(join(root, 'DEBIAN'));
  writeFileSync(
    join(root, 'DEBIAN/control'),
    'Package: tool\nVersion: 1.0\nArchitecture: amd64\nMaintainer: nobody <n@example.org>\nDescription: one\n two\n',
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: dir, stdio: 'pipe' });

describe('tar', () => {
  for (const format of ['gnu', 'pax', 'ustar']) {
    it(`reads ${format}`, () => {
      const names = format === 'ustar' ? ['usr/bin', 'bin'] : ['usr', 'bin'];
      run('tar', `--format=${format}`, '--owner=7', '--group=8', '--sort=name', '-cf', `${format}.tar`, '-C', 'root', ...names);
      const tree = new TreeBuilder();
      tree.addLayer(readTar(readFileSync(join(dir, `${format}.tar`))));
      const tool = tree.lookup(['bin', 'tool'])!;
      expect(tool).toMatchObject({ mode: 0o100755, uid: 7, gid: 8, size: big.length, nlink: 2 });
      expect(tree.lookup(['usr', 'bin', 'same'])).toBe(tool);
      expect(Buffer.compare(tree.content(tool.id), big)).toBe(0);
      if (format !== 'ustar') expect(tree.lookup(['usr', `${'long-'.repeat(30)}name`])?.size).toBe(4);
    });
  }
  it('refuses a damaged header', () => {
    const bytes = new Uint8Array(1024).fill(65);
    expect(() => [...readTar(bytes)]).toThrow('checksum');
    expect(() => [...readTar(Buffer.from('just text'))]).toThrow('cut short');
    const archive = Buffer.concat([...tarBlocks(new TreeBuilder())]);
    expect(() => [...readTar(Buffer.concat([archive.subarray(0, 512), Buffer.from('more')]))]).toThrow('cut short');
  });
});

describe('compression', () => {
  const packers: [string, string[]][] = [
    ['xz', ['-k', '-6', '--check=crc32']],
    ['xz', ['-k', '-0', '--check=crc64']],
    ['xz', ['-k', '--lzma2=lc=1,lp=3,pb=0,dict=64KiB', '--block-size=70000']],
    ['gzip', ['-k']],
    ['zstd', ['-k', '-q', '-19']],
  ];
  for (const [packer, options] of packers) {
    it(`${packer} ${options.join(' ')}`, (context) => {
      writeFileSync(join(dir, 'plain'), big);
      try {
        run(packer, '-f', ...options, 'plain');
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return context.skip(`${packer} is not installed`);
        throw error;
      }
      const suffix = { xz: 'xz', gzip: 'gz', zstd: 'zst' }[packer]!;
      expect(Buffer.compare(decompress(readFileSync(join(dir, `plain.${suffix}`))), big)).toBe(0);
    });
  }
  it('sees damage in xz', () => {
    writeFileSync(join(dir, 'plain'), big);
    run('xz', '-kf', 'plain');
    const bytes = readFileSync(join(dir, 'plain.xz'));
    for (const at of [40, 200, 2000]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 1;
      expect(() => unxz(damaged)).toThrow(/xz|lzma/);
    }
    expect(() => unxz(bytes.subarray(0, 500))).toThrow(/xz|lzma/);
  });
});

describe('deb', () => {
  for (const compression of ['xz', 'gzip', 'zstd', 'none']) {
    it(`reads ${compression}`, () => {
      run('dpkg-deb', `-Z${compression}`, '--root-owner-group', '-b', 'root', `${compression}.deb`);
      const { control, entries } = readDeb(readFileSync(join(dir, `${compression}.deb`)));
      expect(control.get('Package')).toBe('tool');
      expect(control.get('Description')).toBe('one\n two');
      expect(entries.find((entry) => entry.path === './bin')).toMatchObject({ type: 'symlink', target: 'usr/bin', uid: 0 });
    });
  }
});

describe('layers', () => {
  const file = (path: string, text = path) =>
    ({ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1, data: Buffer.from(text) }) as const;
  const directory = (path: string) => ({ path, type: 'dir', mode: 0o755, uid: 0, gid: 0, mtime: 1 }) as const;

  it('lands behind a symlink to a directory, which a directory entry leaves alone', () => {
    const tree = new TreeBuilder();
    tree.addLayer([directory('usr/bin'), { ...directory('bin'), type: 'symlink', target: 'usr/bin' }]);
    tree.addLayer([directory('./bin/'), file('./bin/sh')]);
    expect(tree.lookup(['usr', 'bin', 'sh'])?.size).toBe(8);
    expect(tree.node(tree.node(0).children!.get('bin')!).target).toBe('usr/bin');
  });
  it('obeys whiteouts and opaque directories', () => {
    const tree = new TreeBuilder();
    tree.addLayer([file('a/one'), file('a/two'), file('b/three'), file('b/four')]);
    tree.addLayer([file('a/.wh.one'), file('b/.wh..wh..opq'), file('b/five')]);
    expect(tree.lookup(['a', 'one'])).toBeUndefined();
    expect([...tree.lookup(['b'])!.children!.keys()]).toEqual(['five']);
  });
  it('packs and opens to the same tree', () => {
    const tree = new TreeBuilder();
    tree.addLayer([file('etc/motd', 'hello\n'), { ...file('etc/same'), type: 'hardlink', target: 'etc/motd' }, directory('tmp')]);
    const { index, blob } = packImage(tree, []);
    const bytes = Buffer.concat(blob);
    const image = openImage(JSON.parse(JSON.stringify(index)) as object, (offset, length) => bytes.subarray(offset, offset + length));
    const etc = image.node(image.node(0).children!.get('etc')!);
    const motd = image.node(etc.children!.get('motd')!);
    expect(motd).toMatchObject({ mode: 0o100644, size: 6, nlink: 2 });
    expect(etc.children!.get('same')).toBe(motd.id);
    expect(Buffer.from(image.read(motd.id, 1, 100)).toString()).toBe('ello\n');
  });
});
