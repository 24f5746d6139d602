import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { At, O, S } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { doExecve } from '../../exec/exec.js';
import { putFile } from '../../exec/testing/machine.js';
import { KernelIter } from '../../io/kernel-iter.js';
import type { Kernel } from '../../kernel.js';
import { fdInstall } from '../../vfs/file-table.js';
import { LookupFlags, pathAt } from '../../vfs/namei.js';
import { openAt } from '../../vfs/open.js';
import { read, withProc, write } from './testing/proc.js';

const link = (k: Kernel, path: string): string => pathAt(k, At.FDCWD, path, LookupFlags.None).inode.readlink(k);
const list = (k: Kernel, path: string): string[] =>
  pathAt(k, At.FDCWD, path, LookupFlags.Follow)
    .inode.readdir(k)
    .map(({ name }) => name);
const native = (path: string): string => execFileSync('cat', [path], { encoding: 'latin1' });

describe('/proc/PID', () => {
  it('status has the lines of 5.4, in its order and form', () => {
    const newer = [
      'Kthread',
      'untag_mask',
      'Seccomp_filters',
      'SpeculationIndirectBranch',
      'x86_Thread_features',
      'x86_Thread_features_locked',
    ];
    const names = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]!);
    const k = withProc(readFileSync);
    const text = read(k, '/proc/self/status');
    expect(names(text)).toEqual(names(native('/proc/self/status')).filter((name) => !newer.includes(name)));
    expect(text).toMatch(/^Name:\tcat\nUmask:\t0022\nState:\tR \(running\)\nTgid:\t1\n/);
    expect(text).toMatch(/^VmStk:\t {5}13[26] kB$/m);
  });
  it('stat has 52 fields, those about memory as the mm has them', () => {
    const k = withProc(readFileSync);
    const fields = read(k, '/proc/self/stat').trim().split(' ');
    expect(fields.length).toBe(native('/proc/self/stat').trim().split(' ').length);
    expect(fields.slice(0, 3)).toEqual(['1', '(cat)', 'R']);
    expect(Number(fields[25])).toBe(k.current.mm!.startCode);
    expect(Number(fields[47])).toBe(k.current.mm!.argStart);
  });
  it('limits are laid out as natively', () => {
    const shape = (text: string): string => text.replace(/(unlimited|\d+) +(unlimited|\d+) +/g, '# # ');
    const k = withProc(readFileSync);
    const text = read(k, '/proc/self/limits');
    expect(shape(text)).toBe(shape(native('/proc/self/limits')));
    expect(text.split('\n').map((line) => line.length)).toEqual(
      native('/proc/self/limits')
        .split('\n')
        .map((line) => line.length),
    );
  });
  it('cmdline, environ, comm, auxv, maps', () => {
    const k = withProc(readFileSync);
    expect(read(k, '/proc/self/cmdline')).toBe('cat\0two words\0');
    expect(read(k, '/proc/self/environ')).toBe('A=1\0B=2\0');
    expect(read(k, '/proc/1/comm')).toBe('cat\n');
    expect(read(k, '/proc/1/auxv').length).toBe(k.current.mm!.auxv.length * 16);
    expect(read(k, '/proc/1/task/1/maps')).toBe(read(k, '/proc/self/maps'));
    expect(write(k, '/proc/self/comm', 'a name longer than fifteen\n')).toBe('ok');
    expect(read(k, '/proc/self/comm')).toBe('a name longer t\n');
    expect(write(k, '/proc/self/oom_score_adj', '1001')).toBe('EINVAL');
    expect(write(k, '/proc/self/oom_score_adj', '500\n')).toBe('ok');
    expect(read(k, '/proc/self/oom_score_adj')).toBe('500\n');
  });
  it('links lead to the things themselves', () => {
    const k = withProc(readFileSync);
    expect(link(k, '/proc/self')).toBe('1');
    expect(link(k, '/proc/thread-self')).toBe('1/task/1');
    expect(link(k, '/proc/self/exe')).toBe('/bin/cat');
    expect(link(k, '/proc/self/cwd')).toBe('/');
    putFile(k, '/gone', 'content');
    const fd = fdInstall(k, openAt(k, At.FDCWD, '/gone', O.RDONLY, 0), true);
    expect(list(k, '/proc/self/fd')).toEqual([String(fd)]);
    expect(link(k, `/proc/self/fd/${fd}`)).toBe('/gone');
    expect(read(k, `/proc/self/fd/${fd}`)).toBe('content');
    expect(read(k, `/proc/self/fdinfo/${fd}`)).toMatch(/^pos:\t0\nflags:\t02000000\nmnt_id:\t\d+\n$/);
    expect(pathAt(k, At.FDCWD, '/proc/self/root/bin', LookupFlags.Follow).inode).toBe(
      pathAt(k, At.FDCWD, '/bin', LookupFlags.Follow).inode,
    );
  });
  it('every listed entry can be looked up, with the number that readdir said', () => {
    const k = withProc(readFileSync);
    const visit = (path: string, depth: number): void => {
      for (const { name, ino } of pathAt(k, At.FDCWD, path, LookupFlags.Follow).inode.readdir(k)) {
        const found = pathAt(k, At.FDCWD, `${path}/${name}`, LookupFlags.None).inode;
        expect(`${path}/${name} ${found.ino}`).toBe(`${path}/${name} ${ino}`);
        const type = found.mode & S.IFMT;
        if (type === S.IFDIR && depth < 5) visit(`${path}/${name}`, depth + 1);
        if (type === S.IFREG && found.mode & 0o444 && !['mem', 'pagemap'].includes(name))
          expect(read(k, `${path}/${name}`, 4096)).toBeTypeOf('string');
      }
    };
    visit('/proc', 0);
  });
});

describe('/proc', () => {
  it('cpuinfo, uptime, version, sysctls', () => {
    const k = withProc(readFileSync);
    expect(read(k, '/proc/cpuinfo')).toMatch(
      /^processor\t: 0\nvendor_id\t: GenuineIntel\n[^]*\nflags\t\t: fpu tsc [^]*power management:\n\n$/,
    );
    expect(read(k, '/proc/meminfo')).toMatch(/^MemTotal: +65[0-9]{3} kB\nMemFree: +\d+ kB\n/);
    expect(read(k, '/proc/uptime')).toMatch(/^\d+\.\d\d \d+\.\d\d\n$/);
    expect(read(k, '/proc/sys/kernel/osrelease')).toBe('5.4.0\n');
    expect(read(k, '/proc/sys/kernel/random/uuid')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$/);
    expect(write(k, '/proc/sys/vm/overcommit_memory', '3\n')).toBe('EINVAL');
    expect(write(k, '/proc/sys/vm/overcommit_memory', '1\n')).toBe('ok');
    expect(k.vm.overcommitMemory).toBe(1);
    expect(read(k, '/proc/mounts')).toContain('proc /proc proc rw');
  });
});

describe('/proc/sys', () => {
  it('numbers are read and written from the start, strings anywhere', () => {
    const k = withProc(readFileSync);
    const at = (path: string, pos: number, length: number): string => {
      const bytes = new Uint8Array(length);
      const n = openAt(k, At.FDCWD, path, O.RDONLY, 0).read(k, new KernelIter(bytes), pos);
      return String.fromCharCode(...bytes.subarray(0, n));
    };
    expect(at('/proc/sys/kernel/pid_max', 0, 2)).toBe('32');
    expect(at('/proc/sys/kernel/pid_max', 2, 9)).toBe('');
    expect(at('/proc/sys/kernel/hostname', 2, 9)).toBe('st\n');
    for (const [value, result] of [
      ['0x10', 'ok'],
      ['17 and more', 'ok'],
      ['17x', 'EINVAL'],
      ['', 'ok'],
      [' ', 'EINVAL'],
      ['-1', 'EINVAL'],
      ['4294967296', 'EINVAL'],
    ] as const) {
      expect(`${value} ${write(k, '/proc/sys/vm/max_map_count', value)}`).toBe(`${value} ${result}`);
    }
    expect(k.vm.maxMapCount).toBe(17);
    expect(write(k, '/proc/sys/kernel/hostname', 'a.name\nx')).toBe('ok');
    expect(k.options.hostname).toBe('a.name');
    expect(write(k, '/proc/sys/kernel/core_pattern', '|/bin/x')).toBe('EINVAL');
    expect(write(k, '/proc/sys/kernel/ostype', 'Other')).toBe('EACCES');
  });
  it('randomize_va_space: 0 no address, 1 all but the heap, 2 all are random', () => {
    const k = withProc(readFileSync);
    const places = (value: string): { base: number; stack: number; brk: number } => {
      expect(write(k, '/proc/sys/kernel/randomize_va_space', value)).toBe('ok');
      doExecve(k, '/bin/cat', ['cat'], []);
      const { startCode, mmapBase, startBrk, endData } = k.current.mm!;
      return { base: startCode, stack: mmapBase, brk: startBrk - endData };
    };
    const fixed = places('0');
    const random = places('1');
    const full = places('2');
    expect(random.base).not.toBe(fixed.base);
    expect(random.stack).not.toBe(fixed.stack);
    expect(random.brk).toBeLessThan(2 * 4096);
    expect(full.base).not.toBe(fixed.base);
    expect(full.brk).toBeGreaterThan(2 * 4096);
    expect(places('0')).toEqual(fixed);
  });
  it('threads-max and oom_score_adj have their effect', () => {
    const k = withProc(readFileSync);
    expect(write(k, '/proc/sys/kernel/threads-max', '19')).toBe('EINVAL');
    expect(write(k, '/proc/sys/kernel/threads-max', '20')).toBe('ok');
    expect(k.pids.threadsMax).toBe(20);
    expect(write(k, '/proc/self/oom_score_adj', '300')).toBe('ok');
    const { cred } = k.current;
    k.current.cred = Object.assign(cred.clone(), { capEffective: 0n });
    expect(write(k, '/proc/self/oom_score_adj', '299')).toBe('EACCES');
    expect(write(k, '/proc/self/oom_score_adj', '400')).toBe('ok');
    expect(write(k, '/proc/self/oom_score_adj', '300')).toBe('ok');
  });
});

describe('hidepid', () => {
  const user = (k: Kernel, gid = 1000): void => {
    const cred = k.current.cred.clone();
    k.current.cred = Object.assign(cred, { fsuid: 1000, fsgid: gid, capEffective: 0n, groups: [] });
  };
  /** As another process that cannot look into pid 1. */
  const asStranger = (k: Kernel, gid?: number): void => {
    const { groupLeader } = k.current;
    user(k, gid);
    Object.defineProperty(k, 'current', {
      value: Object.assign(Object.create(k.current) as typeof k.current, { groupLeader: {} }),
      writable: true,
    });
    expect(groupLeader.tid).toBe(1);
  };
  const attempt = (run: () => unknown): string => {
    try {
      run();
      return 'ok';
    } catch (error) {
      return (error as { name: string }).name;
    }
  };
  it.each([
    ['', 'ok', true],
    ['hidepid=1', 'EPERM', true],
    ['hidepid=2', 'ENOENT', false],
    ['hidepid=2,gid=7', 'ok', true],
  ])('%s', (options, entered, listed) => {
    const k = withProc(readFileSync);
    const sb = pathAt(k, At.FDCWD, '/proc', LookupFlags.Follow).inode.sb;
    sb.reconfigure(k, options);
    expect(
      sb.options
        .split(',')
        .filter((word) => word !== '')
        .toSorted(),
    ).toEqual(
      options
        .split(',')
        .filter((word) => word !== '')
        .toSorted(),
    );
    asStranger(k, 7);
    expect(list(k, '/proc').includes('1')).toBe(listed);
    expect(attempt(() => pathAt(k, At.FDCWD, '/proc/1/status', LookupFlags.Follow))).toBe(entered);
  });
  it('refuses other options', () => {
    const k = withProc(readFileSync);
    const { sb } = pathAt(k, At.FDCWD, '/proc', LookupFlags.Follow).inode;
    for (const options of ['hidepid=3', 'hidepid', 'x', 'gid=-1']) expect(attempt(() => sb.reconfigure(k, options))).toBe('EINVAL');
  });
});
