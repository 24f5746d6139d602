import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readLdCache, writeLdCache } from '../../packages/cli/src/pack/ld-cache.js';
import { have, native, type Outcome, ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let base = '';
const path = (name: string): string => join(base, name);
const write = (name: string, text: string, mode = 0o644): void => {
  fs.mkdirSync(join(path(name), '..'), { recursive: true });
  fs.writeFileSync(path(name), text, { mode });
};
const compile = (...args: string[]): void => void execFileSync('gcc', args, { cwd: base, stdio: 'pipe' });
/** Without what it says of its progress where the machine is busy. */
const pack = async (...args: string[]): Promise<Outcome> => {
  const outcome = await ring3(['pack', ...args], { cwd: base });
  return { ...outcome, stderr: outcome.stderr.replace(/^ring3: (reading|unpacking|compressing|writing): .*\n/gm, '') };
};
const packed = async (...args: string[]): Promise<string> => {
  const outcome = await pack(...args);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return outcome.stdout;
};
const isRoot = process.getuid?.() === 0;

interface Index {
  labels?: Record<string, string>;
  packages: { name: string; version: string; licence: string }[];
  blobBytes: number;
  chunks: { bytes: number; names: string[] };
}
const indexOf = (image: string): Index => JSON.parse(fs.readFileSync(join(path(image), 'index.json'), 'utf8')) as Index;

/** What a folder or archive says to tar: names, kinds, modes, owners, sizes, times, links. */
async function guestListing(image: string): Promise<string> {
  const outcome = await ring3(['run', '--root', path(image), '-v', `${path('lister')}:/lister:ro`, '/lister']);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return outcome.stdout;
}

beforeAll(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'ring3-pack-'));
  write('hello.c', '#include <stdio.h>\n#include <math.h>\nint main(int n, char **v) { printf("hello %g\\n", cos(n - 1)); return 3; }\n');
  compile('hello.c', '-o', 'hello', '-lm');
  // Prints a tree as the kernel has it.
  write(
    'lister.c',
    `#define _GNU_SOURCE
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
static int show(const char *path, const struct stat *s, int kind, struct FTW *f) {
  const char *skip[] = {"/dev", "/proc", "/sys", "/lister"};
  for (int i = 0; i < 4; i++) if (!strcmp(path, skip[i])) return FTW_SKIP_SUBTREE;
  if (!strcmp(path, "/")) return 0;
  char target[300] = "";
  if (S_ISLNK(s->st_mode)) readlink(path, target, 299);
  printf("%s %o %d %d %lu %ld %ld %x %s\\n", path, s->st_mode, s->st_uid, s->st_gid, S_ISDIR(s->st_mode) ? 0 : (long)s->st_nlink,
         S_ISREG(s->st_mode) ? (long)s->st_size : 0, (long)s->st_mtime, (int)s->st_rdev, target);
  return 0;
}
int main(void) { return nftw("/", show, 20, FTW_PHYS | FTW_ACTIONRETVAL); }
`,
  );
  compile('-static', 'lister.c', '-o', 'lister');
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

describe('programs', () => {
  test('a dynamic one with its libraries runs as it does natively', async () => {
    const text = await packed('--program', './hello', '-o', 'hello-image');
    expect(text).toMatch(
      /^hello-image: \d+ files, \d\.\d MB in \d+ chunks, \d\.\d MB written\n {2}ring3 run --root hello-image \S*\/hello\n$/,
    );
    const expected = await native([path('hello')]);
    expect(expected).toMatchObject({ stdout: 'hello 1\n', status: 3 });
    expect(await ring3(['run', '--root', path('hello-image'), path('hello')])).toEqual(expected);
    expect(await ring3(['run', '--root', path('hello-image'), 'hello'])).toEqual(expected);
    for (const name of fs.readdirSync(path('hello-image/chunks'))) {
      expect(name).toMatch(/^[0-9a-f]{32}\.gz$/);
      expect(fs.statSync(path(`hello-image/chunks/${name}`)).size).toBeLessThanOrEqual(256 * 1024 + 300);
    }
    expect(fs.readdirSync(path('hello-image')).toSorted()).toEqual(['chunks', 'index.json']);
  });

  test('several, from PATH, in a tar archive', async () => {
    await packed('-p', 'bash', '-p', 'sed', '-p', path('hello'), '-o', 'several.tar.gz');
    const outcome = await ring3(['run', '--root', path('several.tar.gz'), 'bash', '-c', 'echo hi | sed s/i/o/; hello']);
    expect(outcome).toEqual({ stdout: 'ho\nhello 1\n', stderr: '', status: 3 });
  });

  test.skipIf(!have('musl-gcc'))('static and musl ones', async () => {
    compile('-static', 'hello.c', '-o', 'static', '-lm');
    execFileSync('musl-gcc', ['hello.c', '-o', 'musl'], { cwd: base });
    await packed('-p', './static', '-p', './musl', '-o', 'others');
    for (const name of ['static', 'musl'])
      expect(await ring3(['run', '--root', path('others'), name])).toEqual({ stdout: 'hello 1\n', stderr: '', status: 3 });
    const files = (await guestListing('others')).split('\n').map((line) => line.split(' ')[0]);
    expect(files.some((name) => name!.endsWith('/ld-musl-x86_64.so.1'))).toBe(true);
    expect(files.filter((name) => /libc\.so\.6|ld-linux/.test(name!))).toEqual([]);
  });

  test('libraries by RUNPATH, RPATH of who needs them, $ORIGIN, and their symlinks', async () => {
    write('lib/deep.c', 'const char *deep(void) { return "deep"; }\n');
    write('lib/near.c', 'const char *deep(void); const char *near(void) { return deep(); }\n');
    write('user.c', '#include <stdio.h>\nconst char *near(void); int main(void) { puts(near()); }\n');
    fs.mkdirSync(path('lib/deep'));
    compile('-shared', '-fPIC', 'lib/deep.c', '-Wl,-soname,libdeep.so.1', '-o', 'lib/deep/libdeep.so.1.2');
    fs.symlinkSync('libdeep.so.1.2', path('lib/deep/libdeep.so.1'));
    fs.symlinkSync('libdeep.so.1', path('lib/deep/libdeep.so'));
    const near = ['-shared', '-fPIC', 'lib/near.c', '-Llib/deep', '-ldeep', '-o', 'lib/libnear.so'];
    const user = ['user.c', '-Llib', '-lnear', '-Wl,-rpath-link,lib/deep'];

    compile(...near, '-Wl,--enable-new-dtags,-rpath,${ORIGIN}/deep');
    compile(...user, '-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib', '-o', 'by-runpath');
    await packed('-p', './by-runpath', '-o', 'runpath-image');
    expect(await ring3(['run', '--root', path('runpath-image'), 'by-runpath'])).toEqual({ stdout: 'deep\n', stderr: '', status: 0 });
    const listing = await guestListing('runpath-image');
    expect(listing).toMatch(/libdeep\.so\.1 12\d+ .* libdeep\.so\.1\.2\n/);
    expect(listing).not.toMatch(/libdeep\.so /);

    // RPATH is searched for the libraries of libraries too, RUNPATH is not.
    compile(...near);
    compile(...user, '-Wl,--disable-new-dtags,-rpath,$ORIGIN/lib:$ORIGIN/lib/deep', '-o', 'by-rpath');
    await packed('-p', './by-rpath', '-o', 'rpath-image');
    expect(await ring3(['run', '--root', path('rpath-image'), 'by-rpath'])).toEqual({ stdout: 'deep\n', stderr: '', status: 0 });
    compile(...user, '-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib:$ORIGIN/lib/deep', '-o', 'too-little');
    expect((await native([path('too-little')])).status).toBe(127);
    expect(await pack('-p', './too-little', '-o', 'x')).toEqual({
      stdout: '',
      stderr: `ring3: libdeep.so.1: not found, which ${fs.realpathSync(path('lib'))}/libnear.so needs\n`,
      status: 125,
    });
    expect(fs.existsSync(path('x'))).toBe(false);
  });

  test('scripts with their interpreters', async () => {
    write('script', '#!/usr/bin/env bash\necho "script $1"\n', 0o755);
    write('outer', `#!${path('inner')} -x\n`, 0o755);
    write('inner', '#!/bin/sh\necho "inner $1"\n', 0o755);
    await packed('-p', './script', '-p', './outer', '-o', 'scripts');
    expect(await ring3(['run', '--root', path('scripts'), 'script', 'word'])).toEqual({ stdout: 'script word\n', stderr: '', status: 0 });
    expect(await ring3(['run', '--root', path('scripts'), 'outer'])).toEqual(await native([path('outer')]));
  });

  test('errors are one line', async () => {
    write('orphan', '#!/no/such/interpreter\n', 0o755);
    write('text', 'just text\n');
    write('lib/file', 'x');
    write('loop-script', `#!${path('loop-script')}\n`, 0o755);
    fs.symlinkSync('loop', path('loop'));
    compile('-c', 'hello.c', '-o', 'object.o');
    const foreign = fs.readFileSync(path('hello'));
    foreign.writeUInt16LE(183, 18);
    fs.writeFileSync(path('foreign'), foreign);
    for (const [args, message] of [
      [['-p', './none'], '/none: no such file or directory'],
      [['-p', 'no-such-command'], 'no-such-command: not found in PATH'],
      [['-p', './orphan'], '/no/such/interpreter: not found, the interpreter of /'],
      [['-p', './text'], 'text: neither an ELF file nor a script'],
      [['-p', './object.o'], 'not a program'],
      [['-p', './foreign'], 'a program for AArch64, not for x86-64'],
      [['-p', './loop'], 'loop: too many levels of symbolic links'],
      [['-p', './lib'], 'not an ordinary file'],
      [['none'], 'none: no such file or directory'],
      [['text'], 'text: neither a folder, a tar archive nor a Debian package'],
      [['--add', 'none:/x'], 'none: no such file or directory'],
      [[], 'nothing to pack'],
    ] as const) {
      const outcome = await pack(...args, '-o', 'x');
      expect(outcome).toMatchObject({ status: 125, stdout: '' });
      expect(outcome.stderr).toMatch(/^ring3: [^\n]+\n$/);
      expect(outcome.stderr).toContain(message);
      expect(fs.existsSync(path('x'))).toBe(false);
    }
    expect((await pack('-p', './hello')).stderr).toContain('no -o OUT');
    expect((await pack('-p', './hello', '-o', 'x', '--format', 'zip')).stderr).toContain('folder, tar, tar.gz');
    expect((await pack('-p', './hello', '-o', 'text')).stderr).toContain('is there, and no folder');
    expect((await pack('-p', './hello', '-o', 'lib')).stderr).toContain('is there, and no image');
    expect((await pack('-p', './hello', '-o', 'text/x')).stderr).toMatch(/^ring3: text\/x: cannot be written \(ENOTDIR\)\n$/);
    expect(fs.readFileSync(path('text'), 'utf8')).toBe('just text\n');
  });
});

describe('folders and archives', () => {
  beforeAll(() => {
    write('tree/bin/tool', '#!/bin/sh\n', 0o4755);
    write('tree/etc/config', 'config\n', 0o640);
    write('tree/unlisted/über', 'ü\n');
    fs.linkSync(path('tree/etc/config'), path('tree/etc/second'));
    fs.symlinkSync('loop', path('tree/loop'));
    fs.symlinkSync('../etc/config', path('tree/bin/link'));
    fs.mkdirSync(path('tree/empty'), { mode: 0o1777 });
    fs.chmodSync(path('tree/empty'), 0o1777);
    execFileSync('mkfifo', [path('tree/pipe')]);
    execFileSync('truncate', ['-s', '3M', path('tree/holes')]);
    fs.appendFileSync(path('tree/holes'), 'end');
    if (isRoot) {
      execFileSync('mknod', [path('tree/null'), 'c', '1', '3']);
      fs.chownSync(path('tree/etc/config'), 12, 34);
    }
  });

  test('kinds, modes, owners, times and links are kept, in every format', async () => {
    for (const out of ['tree-folder', 'tree.tar', 'tree.tar.gz']) await packed('tree', '-o', out);
    const listings = await Promise.all(['tree-folder', 'tree.tar', 'tree.tar.gz'].map(guestListing));
    const stat = (name: string): fs.Stats => fs.lstatSync(path(`tree/${name}`));
    const line = (name: string, target = ''): string => {
      const { mode, uid, gid, nlink, size, mtimeMs, rdev } = stat(name);
      const isDir = (mode & 0o170000) === 0o040000;
      const isFile = (mode & 0o170000) === 0o100000;
      const shown = Buffer.from(`/${name}`).toString('latin1');
      return `${shown} ${mode.toString(8)} ${uid} ${gid} ${isDir ? 0 : nlink} ${isFile ? size : 0} ${Math.floor(mtimeMs / 1000)} ${rdev.toString(16)} ${target}`;
    };
    const lines = [
      ...['bin', 'bin/tool', 'etc', 'etc/config', 'etc/second', 'unlisted', 'unlisted/über', 'empty', 'pipe', 'holes'].map((name) =>
        line(name),
      ),
      line('loop', 'loop'),
      line('bin/link', '../etc/config'),
      ...(isRoot ? [line('null')] : []),
    ];
    for (const listing of listings) expect(listing.slice(0, -1).split('\n').toSorted()).toEqual(lines.toSorted());
  });

  test('the same input gives the same bytes; another layer on top changes what it says', async () => {
    await packed('tree', '-o', 'first');
    await packed('tree', '-o', 'first-again');
    for (const name of ['index.json', ...indexOf('first').chunks.names.map((chunk) => `chunks/${chunk}`)])
      expect(fs.readFileSync(path(`first/${name}`)).equals(fs.readFileSync(path(`first-again/${name}`)))).toBe(true);
    await packed('tree', '-o', 'first.tar.gz');
    await packed('tree', '-o', 'again.tar.gz');
    expect(fs.readFileSync(path('first.tar.gz')).equals(fs.readFileSync(path('again.tar.gz')))).toBe(true);
    // An image, and an archive, are inputs too; from either, the same.
    await packed('first', '-o', 'from-image');
    await packed('first.tar.gz', '-o', 'from-tar');
    expect(indexOf('from-image')).toEqual(indexOf('first'));
    expect(indexOf('from-tar')).toEqual(indexOf('first'));

    write('layer/etc/config', 'other\n');
    write('text', 'just text\n');
    await packed('-p', 'cat', 'tree', 'layer', '--add', `${path('text')}:/added/text`, '--label', 'b=2', '--label', 'a=1=1', '-o', 'first');
    const outcome = await ring3(['run', '--root', path('first'), 'cat', '/etc/config', '/etc/second', '/added/text']);
    expect(outcome).toEqual({ stdout: 'other\nconfig\njust text\n', stderr: '', status: 0 });
    expect(indexOf('first').labels).toEqual({ a: '1=1', b: '2' });
  });

  test('an image inside of what is packed is not part of it', async () => {
    write('layer/etc/config', 'other\n');
    await packed('layer', '-o', 'layer/image');
    await packed('layer', '-o', 'layer/image');
    expect(indexOf('layer/image').blobBytes).toBe(6);
  });

  test('Debian packages, with versions and licences', async () => {
    write(
      'deb/DEBIAN/control',
      'Package: sample\nVersion: 1.2-3\nArchitecture: amd64\nMaintainer: nobody <n@example.org>\nDescription: one\n',
    );
    write('deb/usr/share/doc/sample/copyright', 'free\n');
    write('deb/usr/bin/sample', '#!/bin/sh\n', 0o755);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-b', 'deb', 'sample.deb'], { cwd: base, stdio: 'pipe' });
    const summary = JSON.parse(await packed('sample.deb', '-o', 'deb-image', '--json')) as Record<string, unknown>;
    const packages = [{ name: 'sample', version: '1.2-3', licence: 'usr/share/doc/sample/copyright' }];
    expect(summary).toMatchObject({ output: 'deb-image', format: 'folder', packages, bytes: 15, chunks: 1 });
    expect(indexOf('deb-image').packages).toEqual(packages);
    expect(await guestListing('sample.deb')).toBe(await guestListing('deb-image'));
  });

  test.skipIf(!isRoot || !have('setpriv'))('what may not be read is an error', async () => {
    write('private/file', 'x', 0o600);
    fs.chownSync(path('private/file'), 65534, 65534);
    fs.mkdirSync(path('shared'));
    // Root without its right to read what is not its own.
    const node = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--', process.execPath, `${root}packages/cli/bin/ring3.js`];
    const outcome = await native([...node, 'pack', path('private'), '-o', path('shared/out')], { cwd: '/' });
    expect(outcome).toMatchObject({ status: 125, stderr: `ring3: ${path('private/file')}: permission denied\n` });
    expect(fs.readdirSync(path('shared'))).toEqual([]);
  });
});

describe('/etc/ld.so.cache', () => {
  const paths = new Map([
    ['libz.so.1', '/opt/libz.so.1'],
    ['libc.so.6', '/lib/libc.so.6'],
    ['libfoo.so.10', '/opt/libfoo.so.10'],
    ['libfoo.so.9', '/opt/libfoo.so.9'],
  ]);
  test('is written as ldconfig reads it', async () => {
    expect(readLdCache(writeLdCache(paths))).toEqual(paths);
    fs.writeFileSync(path('cache'), writeLdCache(paths));
    const { stdout } = await native(['/sbin/ldconfig', '-p', '-C', path('cache')]);
    const shown = [...stdout.matchAll(/^\t(\S+) \(libc6,x86-64\) => (\S+)$/gm)].map((match) => [match[1]!, match[2]!] as const);
    // The last first, numbers as numbers.
    expect(shown.map(([name]) => name)).toEqual(['libz.so.1', 'libfoo.so.10', 'libfoo.so.9', 'libc.so.6']);
    expect(new Map(shown)).toEqual(paths);
  });
  test('is read as ldconfig prints it', async () => {
    const { stdout } = await native(['/sbin/ldconfig', '-p']);
    const shown = new Map<string, string>();
    for (const [, name, found] of stdout.matchAll(/^\t(\S+) \(libc6,x86-64\) => (\S+)$/gm)) if (!shown.has(name!)) shown.set(name!, found!);
    expect(readLdCache(fs.readFileSync('/etc/ld.so.cache'))).toEqual(shown);
    expect(readLdCache(Buffer.from('glibc-ld.so.cache1.1 cut'))).toEqual(new Map());
  });
  test('leads the loader of an image to a folder that it would not search', async () => {
    write('odd.c', 'const char *odd(void) { return "odd"; }\n');
    write('odd-user.c', '#include <stdio.h>\nconst char *odd(void); int main(void) { puts(odd()); }\n');
    compile('-shared', '-fPIC', 'odd.c', '-Wl,-soname,libodd.so.3', '-o', 'libodd.so.3');
    compile('odd-user.c', path('libodd.so.3'), '-o', 'odd-user');
    const cache = path('odd-cache');
    fs.writeFileSync(cache, writeLdCache(new Map([['libodd.so.3', path('libodd.so.3')]])));
    const outcome = await ring3(['run', '--root', '/', '-v', `${cache}:/etc/ld.so.cache:ro`, path('odd-user')]);
    expect(outcome).toEqual({ stdout: 'odd\n', stderr: '', status: 0 });
  });
});
