import type { Row } from '@ring3/isa';

/** Rows that are not recorded, and why. */
const REASONS: readonly (readonly [mnemonics: RegExp, reason: string])[] = [
  [/^(syscall|int|int1|int3|sysexit|sysret)$/, 'enters the kernel, or is its own trap: packages/core/src/interpreter.test.ts'],
  [/^(cpuid|rdtscp?|rdpmc)$/, 'differs from run to run or between processors'],
  [/^(iretw|retfw)/, 'loads segments: tests/isa/far.test.ts'],
  [/^(lss|lfs|lgs)$/, 'loads segments: tests/isa/segments.test.ts'],
  [/^(sldt|str|verr|verw|sgdt|sidt|smsw|lar|lsl)$/, 'shows the tables of the running kernel: tests/isa/segments.test.ts'],
  [/^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/, 'last place differs between processors: tests/isa/x87'],
  [/^(fxsave|fxrstor)/, 'reserved parts differ between processors: tests/isa/x87'],
];

/** Why the row is not recorded, or null. */
export function exclusion({ opcode, mnemonic, operands, exec }: Row): string | null {
  if (exec === null) return 'not implemented';
  if (/^FF \/[35]/.test(opcode)) return "AMD's processors have no 64-bit form";
  if (operands.startsWith('Sw,') || (mnemonic === 'pop' && /^[FG]S$/.test(operands))) return 'loads segments: tests/isa/segments.test.ts';
  return REASONS.find(([names]) => names.test(mnemonic))?.[1] ?? null;
}
