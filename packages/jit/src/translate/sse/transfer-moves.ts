import { either, ZERO } from './bounds.js';
import { composed, type Element, fresh, lowDouble, lowSingle, NOTHING, numbered, type Register, ZEROS } from './register-facts.js';
import { shuffles } from './tables.js';
import type { Step } from './transfer.js';

const WHOLE = /^mov([au]p[sd]|dq[au])$/;

/** What is known behind a move. */
export function moved(step: Step): void {
  const { m, state, v, w, isReg, stores: store } = step;
  const { name } = step.insn;
  const { registers } = state;
  if (/^movmsk|^pmovmsk|^movnt/.test(m)) return;
  if (!isReg) {
    if (store) return;
    const before = registers[v]!;
    if (WHOLE.test(m)) registers[v] = NOTHING;
    else if (m === 'movlps' || m === 'movlpd') registers[v] = fresh({ high: before.high });
    else if (/^mov(high|hp[sd])$/.test(m)) registers[v] = fresh({ low: before.low, single: before.single });
    else registers[v] = m === 'movss' ? fresh({ high: ZERO, singles: ZERO }) : fresh({ high: ZERO });
    return;
  }
  const [to, from] = store ? [w, v] : [v, w];
  const [old, taken] = [registers[to]!, registers[from]!];
  if (WHOLE.test(m)) {
    if (taken.value === 0) registers[from] = numbered(taken);
    registers[to] = registers[from]!;
  } else if (m === 'movsd') registers[to] = lowDouble(taken.low, old);
  else if (m === 'movss') registers[to] = lowSingle(taken.single, old);
  else if (m === 'movq' && name.startsWith('movq_'))
    registers[to] = fresh({ low: taken.low, high: ZERO, single: taken.single, singles: either(taken.singles, ZERO) });
  else if (m === 'movlhps' || m === 'movhigh' || m === 'movhps')
    registers[v] = composed([
      [registers[v]!, 0],
      [registers[v]!, 1],
      [registers[w]!, 0],
      [registers[w]!, 1],
    ]);
  else if (m === 'movhlps')
    registers[v] = composed([
      [registers[w]!, 2],
      [registers[w]!, 3],
      [registers[v]!, 2],
      [registers[v]!, 3],
    ]);
  // movd and movq to a general register leave the xmm registers alone.
  else if (!store) registers[v] = NOTHING;
}

/** What is known behind a shuffle, or a shift by bytes. */
export function shuffled(step: Step): void {
  const { m, insn, state, v, w } = step;
  const { registers } = state;
  const { imm } = insn;
  if (m === 'pextrw') return;
  const a = registers[v]!;
  const b = step.isReg ? registers[w]! : NOTHING;
  const field = (i: number): number => (imm >> (2 * i)) & 3;
  const byBytes = (bytes: readonly number[], first: Register, second: Register): Register => {
    const elements = [0, 1, 2, 3].map((i): Element | null => {
      const at = bytes[4 * i]!;
      const whole = (at & 3) === 0 && [1, 2, 3].every((k) => bytes[4 * i + k] === at + k);
      return whole ? [at < 16 ? first : second, (at & 15) >> 2] : null;
    });
    return elements.every((element) => element !== null) ? composed(elements as [Element, Element, Element, Element]) : NOTHING;
  };
  switch (m) {
    case 'psrldq':
    case 'pslldq': {
      const count = Math.min(imm & 0xff, 16);
      const from = (i: number): number => (m === 'psrldq' ? Math.min(i + count, 16 + (i & 3)) : i < count ? 16 + (i & 3) : i - count);
      registers[w] =
        count % 4 === 0
          ? byBytes(
              Array.from({ length: 16 }, (_, i) => from(i)),
              registers[w]!,
              ZEROS,
            )
          : NOTHING;
      return;
    }
    case 'pshufd':
      registers[v] = composed([
        [b, field(0)],
        [b, field(1)],
        [b, field(2)],
        [b, field(3)],
      ]);
      return;
    case 'shufps':
      registers[v] = composed([
        [a, field(0)],
        [a, field(1)],
        [b, field(2)],
        [b, field(3)],
      ]);
      return;
    case 'shufpd': {
      const [low, high] = [2 * (imm & 1), imm & 2];
      registers[v] = composed([
        [a, low],
        [a, low + 1],
        [b, high],
        [b, high + 1],
      ]);
      return;
    }
    default:
      registers[v] = m in shuffles ? byBytes(shuffles[m]!, a, b) : NOTHING;
  }
}
