import { Cpu } from '@ring3/abi';
import { getReg, type Kernel, peekUser } from '@ring3/kernel';

/** What the instruction at which the current thread stands does to the flow of control. 'jump': indirectly. */
export type InstructionKind = 'call' | 'return' | 'jump' | 'other';

/** SDM volume 2, appendix A.3: E8, FF /2 and FF /3 (call); C3, C2, CB, CA (ret); FF /4 and FF /5 (jmp). */
export function instructionAt(k: Kernel): InstructionKind {
  const { mm } = k.current;
  if (!mm) return 'other';
  const bytes = peekUser(k, mm, getReg(k, Cpu.Rip), 15);
  let at = 0;
  while (at < bytes.length && isPrefix(bytes[at]!)) at++;
  switch (bytes[at]) {
    case 0xe8:
      return 'call';
    case 0xff:
      return groupFive(bytes[at + 1] ?? 0);
    case 0xc2:
    case 0xc3:
    case 0xca:
    case 0xcb:
      return 'return';
    default:
      return 'other';
  }
}

function groupFive(modrm: number): InstructionKind {
  switch ((modrm >> 3) & 7) {
    case 2:
    case 3:
      return 'call';
    case 4:
    case 5:
      return 'jump';
    default:
      return 'other';
  }
}

/** REX, and the legacy prefixes that may stand before a branch: operand size, repeat (bnd), segments (notrack), address size. */
function isPrefix(byte: number): boolean {
  return (byte & 0xf0) === 0x40 || [0x66, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0x67].includes(byte);
}
