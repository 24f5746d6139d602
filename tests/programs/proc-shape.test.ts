import { beforeAll, describe, expect, test } from 'vitest';
import { emulated, native } from '../support/run.js';

/**
 * Files of /proc, natively and here, compared by shape: numbers differ, but names, their order and the width of columns do not. Where
 * the machine's kernel has more than 5.4, what we have must come in the same order.
 */
const TASK_FILES =
  'status stat statm limits io smaps_rollup oom_score oom_adj oom_score_adj coredump_filter personality loginuid sessionid timerslack_ns wchan comm cmdline syscall';
const ROOT_FILES = 'meminfo vmstat cpuinfo stat uptime loadavg swaps locks execdomains filesystems devices version mounts';
const SCRIPT = `
for f in ${TASK_FILES}; do echo "=== self/$f"; cat /proc/self/$f; echo; done
for f in ${ROOT_FILES}; do echo "=== $f"; cat /proc/$f; echo; done
echo "=== smaps"; sed -n '/\\[stack\\]/,/^VmFlags/p' /proc/self/smaps
echo "=== maps"; cat /proc/self/maps
echo "=== mountinfo"; cat /proc/self/mountinfo
echo "=== mountstats"; cat /proc/self/mountstats
echo "=== modes"; stat -c '%n %A %u %g %s' /proc/self/* /proc/thread-self/* /proc/[a-z]* /proc/sys/*/*
exec 9<tests/programs/proc-shape.test.ts; flock -s 9; exec 8<package.json; flock -x 8
echo "=== locks"; cat /proc/locks; echo "=== fdinfo"; cat /proc/self/fdinfo/9
`;

type Sections = Map<string, string>;

function sections(stdout: string): Sections {
  const parts: Sections = new Map();
  for (const part of stdout.split(/^=== /m).slice(1)) {
    const end = part.indexOf('\n');
    parts.set(part.slice(0, end), part.slice(end + 1));
  }
  return parts;
}

/** Digits as '#', one for one. */
const masked = (text: string): string => text.replace(/[0-9]/g, '#');
/** Each number as one '#'. */
const numbers = (text: string): string => text.replace(/-?\b(0x)?[0-9a-f]*[0-9][0-9a-f]*\b/g, '#');
const keys = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/[:\s]/)[0]!);

/** Are these names among those, in the same order? */
function expectInOrder(names: readonly string[], among: readonly string[]): void {
  const known = new Set(among);
  expect(names.filter((name) => known.has(name))).toEqual(among.filter((name) => names.includes(name)));
}

describe('files of /proc have the shape that they have natively', () => {
  let expected: Sections;
  let actual: Sections;
  beforeAll(async () => {
    const argv = ['/bin/sh', '-c', SCRIPT];
    expected = sections((await native(argv)).stdout);
    actual = sections((await emulated(argv)).stdout);
  }, 120_000);
  const both = (name: string): [string, string] => [actual.get(name)!, expected.get(name)!];

  test.each(
    'statm io oom_score oom_adj oom_score_adj coredump_filter personality loginuid sessionid timerslack_ns wchan comm cmdline'
      .split(' ')
      .map((name) => `self/${name}`),
  )('%s', (name) => {
    const [ours, theirs] = both(name);
    expect(numbers(ours)).toBe(numbers(theirs));
  });

  test('self/stat', () => {
    const [ours, theirs] = both('self/stat');
    expect(numbers(ours)).toBe(numbers(theirs));
    expect(ours.trim().split(' ')).toHaveLength(52);
  });

  test('self/syscall', () => {
    const [ours, theirs] = both('self/syscall');
    expect(
      ours
        .trim()
        .split(' ')
        .map((word) => word.slice(0, 2) === '0x'),
    ).toEqual(
      theirs
        .trim()
        .split(' ')
        .map((word) => word.slice(0, 2) === '0x'),
    );
    expect(ours.split(' ')[0]).toBe('0');
  });

  test('self/status', () => {
    const [ours, theirs] = both('self/status');
    const newer = 'Kthread untag_mask Seccomp_filters SpeculationIndirectBranch x86_Thread_features x86_Thread_features_locked'.split(' ');
    expect(keys(ours)).toEqual(keys(theirs).filter((name) => !newer.includes(name)));
    const sizes = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line.endsWith('kB'))
        .map((line) => line.replace(/[ \d]{8} kB/, '#'));
    expect(sizes(ours)).toEqual(sizes(theirs));
    const line = (text: string, name: string): string => new RegExp(`^${name}:.*$`, 'm').exec(text)![0];
    for (const name of ['Name', 'Umask', 'State', 'Uid', 'Gid', 'Groups', 'SigPnd', 'SigBlk', 'SigIgn', 'SigCgt', 'CapEff', 'NoNewPrivs']) {
      expect(numbers(line(ours, name)).replace(/\t[0-9a-f]{16}/, '\t#')).toBe(numbers(line(theirs, name)).replace(/\t[0-9a-f]{16}/, '\t#'));
    }
  });

  test('self/limits', () => {
    const [ours, theirs] = both('self/limits');
    const columns = (text: string): string => text.replace(/(unlimited|\d+) +(?=unlimited|\d|$|[a-z]| )/gm, '# ');
    expect(columns(ours)).toBe(columns(theirs));
    expect(ours.split('\n').map(({ length }) => length)).toEqual(theirs.split('\n').map(({ length }) => length));
  });

  test.each(['smaps', 'self/smaps_rollup'])('%s', (name) => {
    const newer = ['KSM', 'Pss_Dirty', 'ProtectionKey', 'THPeligible', 'VmFlags'];
    const rows = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .slice(1)
        .filter((line) => !newer.includes(line.split(':')[0]!))
        .map((line) => line.replace(/ +\d+ kB$/, (field) => ` ${field.length}`));
    const [ours, theirs] = both(name);
    expect(rows(ours)).toEqual(rows(theirs));
    const heading = (text: string): string => text.split('\n')[0]!.replace(/^[0-9a-f]+-[0-9a-f]+/, '');
    expect(heading(ours).trim().replace(/ +/g, ' ')).toBe(heading(theirs).trim().replace(/ +/g, ' '));
  });

  test('maps: names begin in column 74', () => {
    const [ours, theirs] = both('maps');
    for (const text of [ours, theirs]) {
      for (const line of text.trim().split('\n')) {
        expect(line).toMatch(/^[0-9a-f]{8,16}-[0-9a-f]{8,16} [-r][-w][-x][ps] [0-9a-f]{8} [0-9a-f]{2}:[0-9a-f]{2} \d+ /);
        if (/[/[]/.test(line)) expect(line.search(/[/[]/)).toBe(73);
      }
    }
    const names = (text: string): (string | undefined)[] => [
      ...new Set(
        text
          .trim()
          .split('\n')
          .map((line) => line.slice(73))
          .filter((name) => name !== '' && !/locale|gconv|vvar/.test(name)),
      ),
    ];
    expect(names(ours)).toEqual(names(theirs));
  });

  test('meminfo', () => {
    const [ours, theirs] = both('meminfo');
    expectInOrder(keys(ours), keys(theirs));
    for (const line of ours.trim().split('\n')) expect(line).toMatch(/^[A-Za-z_()]+: +\d+ kB$/);
    const width = (text: string, name: string): number => new RegExp(`^${name}:( +\\d+) kB`, 'm').exec(text)![1]!.length;
    for (const name of ['MemTotal', 'Cached', 'SReclaimable', 'VmallocUsed']) expect(width(ours, name)).toBe(width(theirs, name));
    // What the machine has adds up.
    const value = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(ours)![1]);
    const used = value('AnonPages') + value('Cached') + value('PageTables') + value('MemFree');
    expect(value('MemTotal') - used).toBeGreaterThanOrEqual(0);
    expect(value('MemTotal') - used).toBeLessThan(1024);
  });

  test.each(['vmstat', 'cpuinfo', 'stat'])('%s', (name) => {
    const [ours, theirs] = both(name);
    // Page tables were counted by zone until 5.11.
    expectInOrder(
      [...new Set(keys(ours))].filter((key) => key !== 'nr_page_table_pages'),
      [...new Set(keys(theirs))],
    );
  });

  test('stat: rows have as many numbers', () => {
    const [ours, theirs] = both('stat');
    for (const row of ['cpu ', 'cpu0', 'ctxt', 'btime', 'processes', 'procs_running', 'procs_blocked', 'softirq']) {
      const count = (text: string): number =>
        text
          .split('\n')
          .find((line) => line.startsWith(row))!
          .trim()
          .split(/ +/).length;
      expect(`${row}${count(ours)}`).toBe(`${row}${count(theirs)}`);
    }
  });

  test.each(['uptime', 'loadavg'])('%s', (name) => {
    const [ours, theirs] = both(name);
    expect(ours.replace(/\d+/g, '#')).toBe(theirs.replace(/\d+/g, '#'));
  });

  test.each(['swaps', 'execdomains'])('%s', (name) => {
    const [ours, theirs] = both(name);
    // 5.8 put a second tab before Used.
    const heading = (text: string): string => text.split('\n')[0]!.replace(/\t+/g, '\t');
    expect(heading(ours)).toBe(heading(theirs));
  });

  test('filesystems, devices, version, mounts, mountinfo, mountstats: lines of the same form', () => {
    const forms: [string, RegExp][] = [
      ['filesystems', /^(nodev)?\t[a-z0-9_]+$/],
      ['devices', /^(Character devices:|Block devices:|[ \d]{3} [/a-zA-Z0-9_]+)$/],
      ['version', /^Linux version \d+\.\d+\.\d+\S* \(.*\) \(.*\) #\d+ SMP.*$/],
      ['mounts', /^\S+ \/\S* \S+ r[ow]\S* 0 0$/],
      ['mountinfo', /^\d+ \d+ \d+:\d+ \/\S* \/\S* r[ow]\S*( \S+:\d+)* - \S+ \S+ r[ow]\S*$/],
      ['mountstats', /^device \S+ mounted on \/\S* with fstype \S+$/],
    ];
    for (const [name, form] of forms) {
      for (const text of both(name)) for (const line of text.split('\n')) if (line !== '') expect(line).toMatch(form);
    }
  });

  test('locks', () => {
    const rows = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => masked(line.replace(/\d+ [0-9a-f]+:[0-9a-f]+:\d+/, 'place').replace(/ +/g, ' ')).replace(/^#+/, '#'));
    const [ours, theirs] = both('locks');
    expect(new Set(rows(theirs))).toEqual(new Set([...rows(theirs), ...rows(ours)]));
    expect(rows(ours).some((row) => row.includes('READ'))).toBe(true);
    expect(rows(ours).some((row) => row.includes('WRITE'))).toBe(true);
  });

  test('modes, owners and sizes of what both have', () => {
    const entries = (text: string): Map<string, string> =>
      new Map(
        text
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
      );
    const [ours, theirs] = both('modes').map(entries) as [Map<string, string>, Map<string, string>];
    /** Not as in 5.4: fdinfo may be listed by all (5.14), fd has a size (6.2), drop_caches cannot be read (5.5), protections can (5.8). */
    const differs = /\/(fdinfo|fd|cmdline|binfmt_misc|self|thread-self|drop_caches|protected_\w+|threads-max|mmap_min_addr)$/;
    let compared = 0;
    for (const [name, mode] of ours) {
      const there = theirs.get(name);
      if (there === undefined || differs.test(name)) continue;
      expect(`${name} ${mode}`).toBe(`${name} ${there}`);
      compared++;
    }
    expect(compared).toBeGreaterThan(90);
  });
});
