import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulated, have, root } from '../support/run.js';

/** Interpreters registered through /proc/sys/fs/binfmt_misc, in scripts that the guest's shell runs. */

const folder = mkdtempSync(`${tmpdir()}/ring3-misc-`);
const show = `${folder}/show`;
const skipped = !have('gcc');

beforeAll(() => {
  chmodSync(folder, 0o755);
  if (skipped) return;
  const compiled = spawnSync('gcc', ['-static', '-o', show, `${root}tests/programs/binfmt-misc/show.c`]);
  expect(compiled.status, compiled.stderr.toString()).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Standard output, and then error, of a script in a folder of its own; $M is binfmt_misc, $SHOW the C program. */
async function script(text: string): Promise<string> {
  const setup = `mkdir -m 777 /tmp/misc && cd /tmp/misc || exit 1; M=/proc/sys/fs/binfmt_misc; SHOW=${show}`;
  const { stdout, stderr } = await emulated(['/bin/bash', '-c', `${setup}\n${text}`]);
  return stdout + stderr.replaceAll(/^\/bin\/bash: line [0-9]+: /gm, '');
}

describe('binfmt_misc', () => {
  test.skipIf(skipped || !have('lua5.4'))('a real interpreter by extension, on, off, and gone', { timeout: 60_000 }, async () => {
    const text = `
      echo 'print("in lua", arg[0], ...)' > one.luax; chmod +x one.luax
      echo ':lua:E::luax::/usr/bin/lua5.4:' > $M/register
      ./one.luax first second; ls $M; cat $M/lua
      echo 0 > $M/lua; head -n 1 $M/lua; exec 2>&1
      $SHOW --run ./one.luax; echo 1 > $M/lua; ./one.luax again
      echo 0 > $M/status; cat $M/status; $SHOW --run ./one.luax; echo 1 > $M/status; ./one.luax once more
      echo -1 > $M/lua; ls $M; $SHOW --run ./one.luax`;
    expect(await script(text)).toBe(
      'in lua\t./one.luax\tfirst\tsecond\nlua\nregister\nstatus\n' +
        'enabled\ninterpreter /usr/bin/lua5.4\nflags: \nextension .luax\n' +
        'disabled\nexecv: Exec format error\nin lua\t./one.luax\tagain\n' +
        'disabled\nexecv: Exec format error\nin lua\t./one.luax\tonce\tmore\n' +
        'register\nstatus\nexecv: Exec format error\n',
    );
  });

  test('bytes at an offset, under a mask; the newest entry first', { timeout: 60_000 }, async () => {
    const text = String.raw`
      printf 'xxAbC\001 file\n' > one; printf 'xxaBc\001 file\n' > two; chmod +x one two
      echo ':any:M:2:abc\x01:\xdf\xdf\xdf\xff:/bin/cat:' > $M/register
      ./one; ./two; cat $M/any
      echo '!exact!M!2!AbC\x01!!/bin/echo!' > $M/register
      ./one; ./two; echo -1 > $M/status; ls $M`;
    expect(await script(text)).toBe(
      'xxAbC\x01 file\nxxaBc\x01 file\nenabled\ninterpreter /bin/cat\nflags: \noffset 2\nmagic 61626301\nmask dfdfdfff\n' +
        './one\nxxaBc\x01 file\nregister\nstatus\n',
    );
  });

  test('a script whose interpreter is such a file, and the reverse', { timeout: 60_000 }, async () => {
    const text = `
      printf '#!/bin/echo as script\n' > inner; chmod +x inner
      echo ":i:E::viai::$PWD/inner:" > $M/register
      echo text > file.viai; chmod +x file.viai; ./file.viai
      printf '#!/tmp/misc/file.viai x\n' > outer; chmod +x outer; ./outer`;
    expect(await script(text)).toBe('as script /tmp/misc/inner ./file.viai\nas script /tmp/misc/inner /tmp/misc/file.viai x ./outer\n');
  });

  test.skipIf(skipped)('an interpreter that is such a file itself', { timeout: 60_000 }, async () => {
    const text = `
      echo ":l:E::loop::$PWD/a.loop:" > $M/register; echo x > a.loop; chmod +x a.loop
      exec 2>&1; $SHOW --run ./a.loop`;
    expect(await script(text)).toBe('execv: Too many levels of symbolic links\n');
  });

  test.skipIf(skipped)('flags P, O, C, F', { timeout: 60_000 }, async () => {
    const text = `
      add() { echo -1 > $M/status; echo ":x:E::ext::$1:$2" > $M/register; grep flags $M/x; }
      echo 'its text' > a.ext; chmod 4755 a.ext
      add $SHOW ''; (exec -a zero ./a.ext one)
      add $SHOW P; (exec -a zero ./a.ext one)
      add $SHOW O; ./a.ext one; $SHOW --as-user ./a.ext
      add $SHOW C; $SHOW --as-user ./a.ext
      cp $SHOW copy; add $PWD/copy F; rm copy; ./a.ext
      add $PWD/copy ''; $SHOW --run ./a.ext 2>&1`;
    const out = (await script(text)).replaceAll(show, 'SHOW');
    expect(out).toBe(
      'flags: \n[SHOW][/tmp/misc/a.ext][one] uid 0 euid 0\n' +
        'flags: P\n[SHOW][/tmp/misc/a.ext][zero][one] uid 0 euid 0\n' +
        'flags: O\n[SHOW][./a.ext][one] uid 0 euid 0 descriptor: its text\n\n[SHOW][./a.ext] uid 1000 euid 1000 descriptor: its text\n\n' +
        'flags: OC\n[SHOW][./a.ext] uid 1000 euid 0 descriptor: its text\n\n' +
        'flags: F\n[/tmp/misc/copy][./a.ext] uid 0 euid 0\n' +
        'flags: \nexecv: No such file or directory\n',
    );
  });

  test('what cannot be registered', { timeout: 60_000 }, async () => {
    const bad = [
      ':n:E::x::/i',
      'short',
      '::E::ext::/bin/cat:',
      ':a/b:E::ext::/bin/cat:',
      ':..:E::ext::/bin/cat:',
      ':n:X::ext::/bin/cat:',
      ':n:E::::/bin/cat:',
      ':n:E::a/b::/bin/cat:',
      ':n:E::ext:/bin/cat:',
      ':n:E::ext::/bin/cat:Q',
      ':n:E::ext:::',
      ':n:M:-1:abc::/bin/cat:',
      ':n:M:1x:abc::/bin/cat:',
      ':n:M:254:abc::/bin/cat:',
      String.raw`:n:M::ab\x1:\xff:/bin/cat:`,
      String.raw`:n:M::ab\x01:\xff:/bin/cat:`,
      ':n:M::::/bin/cat:',
    ];
    const text = `${bad.map((line) => `echo '${line}' > $M/register`).join('\n')}
      ls $M
      printf ':n:M:253:abc::/bin/cat:' > $M/register; echo ':n:E::ext::/bin/cat:' > $M/register; echo ':status:E::ext::/bin/cat:' > $M/register
      echo ':f:E::ext::/nonexistent:F' > $M/register; echo ':f:E::ext::/etc:F' > $M/register
      echo ":$(printf %0256d 0):E::ext::/bin/cat:" > $M/register; echo ":$(printf %0255d 0):E::ext::/bin/cat:" > $M/register; ls $M | wc -L
      echo 2 > $M/n; echo 01 > $M/status; cat $M/register`;
    const invalid = 'echo: write error: Invalid argument\n';
    expect(await script(text)).toBe(
      `register\nstatus\n255\n${invalid.repeat(bad.length)}${'echo: write error: File exists\n'.repeat(2)}` +
        'echo: write error: No such file or directory\necho: write error: Permission denied\necho: write error: File name too long\n' +
        `${invalid.repeat(2)}/bin/cat: /proc/sys/fs/binfmt_misc/register: Invalid argument\n`.replace('/bin/cat: ', 'cat: '),
    );
  });

  test('one file system, wherever it is mounted; without a mount the entries stay', { timeout: 60_000 }, async () => {
    const text = `
      echo ':n:E::ext::/bin/echo:' > $M/register; mkdir other; mount -t binfmt_misc none other; ls other
      umount other; umount $M; ls -A $M; echo x > a.ext; chmod +x a.ext; ./a.ext still
      mount -t binfmt_misc binfmt_misc $M; cat $M/n; grep binfmt /proc/filesystems; stat -f -c %t $M`;
    expect(await script(text)).toBe(
      'n\nregister\nstatus\n./a.ext still\nenabled\ninterpreter /bin/echo\nflags: \nextension .ext\nnodev\tbinfmt_misc\n42494e4d\n',
    );
  });
});
