import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emulated, native, root, type Outcome } from '../support/run.js';

/** What a processor does, where the machine that tests run on may not be one. */
const recorded: readonly { program: string; stdout: string }[] = [
  {
    program: 'signal-icebp.static',
    stdout: 'icebp\n  signal 5 code 1 addr 1 behind trapno 1 err 0 rf 0 rip +1\nicebp: +1/113/-1 +2/213/-1 +3/213/-1 +4/211/-1\n',
  },
];

/** Every other program that tools/build-guest.mjs built from a source here, natively and in Ring3. */
const programs = readdirSync(`${root}.cache/guest`)
  .filter((name) => !name.startsWith('hello.') && !recorded.some(({ program }) => program === name))
  .sort();

/** Other ways to run that must make no difference, with the programs that they could make one for. */
const variants: { name: string; options: string[]; programs: RegExp }[] = [
  {
    name: 'the layout of 5.4',
    options: ['--layout', 'linux'],
    programs:
      /^(code|cow|demand|exec|fault-repair|proc-files|proc-memory|faults|faults-signals|mappings|mm-calls|mm-limits|pager|signal-exceptions|signal-frame|signal-return|signal-stack|signals|stack|strings|threads|userfaultfd|vdso|vma-random|vsyscall)\./,
  },
  {
    name: 'random addresses',
    options: ['--layout', 'linux', '--aslr', 'on'],
    programs: /^(code|exec|mappings|mm-calls|mm-limits|pager|proc-files|proc-memory|stack|thread-processes|vdso|vma-random)\./,
  },
  {
    name: 'random compact addresses',
    options: ['--aslr', 'on'],
    programs: /^(code|exec|mappings|mm-calls|mm-limits|proc-files|proc-memory|stack|vdso|vma-random)\./,
  },
  {
    name: 'the virtual clock',
    options: ['--clock', 'virtual', '--seed', '7'],
    programs: /^(futex|pipes|poll|restart|sessions|signals|threads|thread-processes|userfaultfd|vdso|wait)\./,
  },
  { name: 'paging by prediction', options: ['--paging', 'hybrid:3'], programs: /^(code|cow|exec|faults|faults-signals|mappings|pager)\./ },
  { name: 'eager paging', options: ['--paging', 'eager'], programs: /^(code|cow|exec|faults|faults-signals|mappings|pager)\./ },
  {
    name: 'all interpreted',
    options: ['--jit', 'off'],
    programs: /^(code|cow|faults|float|integer|jit-\w+|rounding|signals|strings|threads)\./,
  },
  { name: 'little memory', options: ['-m', '64m'], programs: /^(cow|mappings|mm-calls|names|pipes|threads|vma-random)\./ },
];

const outcomes = new Map<string, Promise<Outcome>>();

/** One native run serves all variants. */
function nativeRun(program: string): Promise<Outcome> {
  let outcome = outcomes.get(program);
  if (!outcome) outcomes.set(program, (outcome = native([`${root}.cache/guest/${program}`])));
  return outcome;
}

async function agrees(program: string, options: readonly string[]): Promise<void> {
  const expected = await nativeRun(program);
  const actual = await emulated([`${root}.cache/guest/${program}`], {}, options);
  // Programs with timing windows may miss one on a busy machine, natively too: the second try runs both sides again.
  if (JSON.stringify(actual) !== JSON.stringify(expected)) outcomes.delete(program);
  expect(actual).toEqual(expected);
}

const settings = { timeout: 120_000, retry: 1 };

describe('guest tests agree with their native run', () => {
  for (const program of programs) test(program, settings, () => agrees(program, []));
});

describe.each(variants)('and with $name', ({ options, programs: which }) => {
  for (const program of programs.filter((name) => which.test(name))) test(program, settings, () => agrees(program, options));
});

describe('guest tests agree with what was recorded', () => {
  test.each(recorded)('$program', settings, async ({ program, stdout }) => {
    expect(await emulated([`${root}.cache/guest/${program}`])).toMatchObject({ status: 0, stdout });
  });
});
