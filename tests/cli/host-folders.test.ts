import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { have, native, type Outcome, ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

let base = '';
let folder = '';
const path = (name: string): string => join(folder, name);
const read = (name: string): string => fs.readFileSync(path(name), 'utf8');

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'ring3-'));
  folder = join(base, 'shared');
  fs.mkdirSync(folder);
  fs.writeFileSync(join(base, 'secret'), 'secret\n');
  fs.writeFileSync(path('file'), 'hello\n');
});
afterEach(() => fs.rmSync(base, { recursive: true }));

/** Runs a script in the guest with the folder on /mnt, which is also the working directory. */
function inGuest(script: string, suffix = '', options: string[] = []): Promise<Outcome> {
  return ring3(['run', '-v', `${folder}:/mnt${suffix}`, '-w', '/mnt', ...options, 'bash', '-c', script]);
}

describe('-v HOST:GUEST', () => {
  test('writes go through', async () => {
    const script =
      'echo more >>file; echo new >n; mkdir d; mv n d/m; chmod 600 d/m; ln -s m d/link; cat d/link; ln file hard; echo x >gone; rm gone; mkdir e; rmdir e; ' +
      'truncate -s 10000 big; printf abc | dd of=big bs=1 seek=5000 conv=notrunc status=none; touch -d @1000000000 big';
    expect(await inGuest(script)).toEqual({ stdout: 'new\n', stderr: '', status: 0 });
    expect(fs.readdirSync(folder).toSorted()).toEqual(['big', 'd', 'file', 'hard']);
    expect(read('file')).toBe('hello\nmore\n');
    expect(fs.statSync(path('file')).ino).toBe(fs.statSync(path('hard')).ino);
    expect(read('d/m')).toBe('new\n');
    expect(fs.statSync(path('d/m')).mode & 0o777).toBe(0o600);
    expect(fs.readlinkSync(path('d/link'))).toBe('m');
    expect(fs.statSync(path('big'))).toMatchObject({ size: 10_000, mtimeMs: 1e12 });
    expect(fs.readFileSync(path('big')).indexOf('abc')).toBe(5000);
  });

  test('a single file', async () => {
    const outcome = await ring3(['run', '-v', `${path('file')}:/etc/passwd`, 'sh', '-c', 'cat /etc/passwd; echo more >>/etc/passwd']);
    expect(outcome).toEqual({ stdout: 'hello\n', stderr: '', status: 0 });
    expect(read('file')).toBe('hello\nmore\n');
  });

  test(':ro refuses with EROFS', async () => {
    const commands = [
      'echo x >file',
      'echo x >new',
      'rm file',
      'mkdir d',
      'chmod 777 file',
      'mv file g',
      'ln -s a b',
      'ln file hard',
      'touch file',
      'truncate -s 0 file',
    ];
    const { stdout } = await inGuest(commands.map((command) => `{ ${command}; } 2>&1 | grep -c 'Read-only file system'`).join(';'), ':ro');
    expect(stdout).toBe('1\n'.repeat(commands.length));
    expect(fs.readdirSync(folder)).toEqual(['file']);
    expect(read('file')).toBe('hello\n');
  });

  test('no way out of it', async () => {
    fs.symlinkSync(join(base, 'secret'), path('absolute'));
    fs.symlinkSync('../secret', path('relative'));
    fs.symlinkSync('..', path('up'));
    const script =
      'for f in absolute relative up/secret ../secret /mnt/../secret d/../../secret; do cat $f && echo ESCAPED; done; echo x >relative; echo x >absolute; ln -s ../secret own; cat own';
    const { stdout, stderr } = await inGuest(script);
    expect(stdout).not.toMatch(/secret|ESCAPED/);
    expect(stderr).toMatch(/No such file or directory/);
    expect(fs.readFileSync(join(base, 'secret'), 'utf8')).toBe('secret\n');
  });

  test('special files do not open, and nothing waits for them', async () => {
    execFileSync('mkfifo', [path('fifo')]);
    const { stdout, stderr } = await inGuest('test -p fifo && echo fifo; cat fifo; echo x >fifo');
    expect(stdout).toBe('fifo\n');
    expect(stderr).toMatch(/cat: fifo: No such device or address/);
  });

  test('what a killed guest wrote is there', async () => {
    expect((await inGuest('echo kept >file; exec 5>>file; echo too >&5; while :; do :; done', '', ['--timeout', '3s'])).status).toBe(137);
    expect(read('file')).toBe('kept\ntoo\n');
  });
});

describe.skipIf(!have('gcc'))('shared mappings reach the host', () => {
  test.each([
    ['at exit', 'return 0;', 0],
    ['when killed', 'raise(SIGKILL);', 137],
    ['when the time is over', 'for (;;);', 137],
  ])('%s', async (_name, end, status) => {
    const source = `#include <fcntl.h>\n#include <signal.h>\n#include <sys/mman.h>\n#include <unistd.h>\nint main(void) { int fd = open("/mnt/map", O_RDWR | O_CREAT, 0644); ftruncate(fd, 8192);
      char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); close(fd); p[0] = 'a'; p[5000] = 'b'; ${end} }`;
    execFileSync('gcc', ['-static', '-xc', '-', '-o', path('writer')], { input: source, stdio: ['pipe', 'ignore', 'ignore'] });
    expect((await ring3(['run', '--timeout', '2s', '-v', `${folder}:/mnt`, '/mnt/writer'])).status).toBe(status);
    const bytes = fs.readFileSync(path('map'));
    expect([bytes.length, String.fromCharCode(bytes[0]!), String.fromCharCode(bytes[5000]!)]).toEqual([8192, 'a', 'b']);
  });
});

describe('a program of the host', () => {
  test('runs under its own name, and nothing else of its folder is there', async () => {
    fs.writeFileSync(path('script'), '#!/bin/sh\necho "$0 $@"; ls "$(dirname "$0")"; echo x >"$0"\n', { mode: 0o755 });
    const { stdout, stderr } = await ring3(['run', './script', 'a', 'b'], { cwd: folder });
    expect(stdout).toBe(`${fs.realpathSync(folder)}/script a b\nscript\n`);
    expect(stderr).toMatch(/Read-only file system/);
  });

  test('a static program', async () => {
    const program = '.cache/guest/hello.static';
    const { stdout, stderr, status } = await ring3(['run', program, 'a'], { cwd: root });
    expect({ stdout, stderr, status }).toEqual(await native([program, 'a'], { cwd: root, env: { HOME: '/root' } }));
  });
});
