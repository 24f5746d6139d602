import { describe, expect, test } from 'vitest';
import { encodingsOf, randomBytes } from '../test/encodings.js';
import { reference } from '../test/reference.js';
import { disassemble } from './disassemble.js';
import { rows } from './rows/index.js';

const RIP = 0x1000;

/** Rows whose name or operands iced-x86 writes by another convention than objdump, which we follow. */
const OTHER_CONVENTION =
  /^(push|pop|enter|leave|ins|outs|movs|stos|lods|cmps|scas|xlat|pushf|popf|loop.*|jrcxz|retf.*|iret.*|[sl][gi]dt|sysret|sysexit|wbinvd|lar|lsl|nop|prefetchw|movsxd|pcmpestr[im]|maskmov.*|xchg|pause)/;

/** Brings what iced-x86 writes into objdump's form. */
function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/^(xrelease|xacquire|bnd|notrack|hint-(not-)?taken|data16) (lock )?/, '$3')
    .replace(/^(xrelease|xacquire) /, '')
    .replace(/^(f\w+) st,(?=\w+ ptr|st\(\d\)$)/, (match, name: string) =>
      /^f(cmov|add|sub|mul|div|u?comip?$)/.test(name) && !match.endsWith('ptr') && !/ptr/.test(text) ? match : `${name} `,
    )
    .replace(/fpu(env|state)\d+ ptr /, '')
    .replace(/,0x1$/, ',1')
    .replace(/([fg]s:)?\[(0x[0-9a-f]+)\]/, (_, segment: string | undefined, address: string) => (segment ?? 'ds:') + address)
    .replace(/(cs|ss|es|ds):\[/, '[')
    .replace(/^imul (\w+),(0x\w+)$/, 'imul $1,$1,$2')
    .replace(/^(addr32|rep) (?!stos|movs|lods|ins|outs)/, '')
    .replace(/^(f(?:b|i)?stt?p?(?:nce)? .*),st$/, '$1');
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function* everyEncoding(): Generator<Uint8Array> {
  for (const row of rows) yield* encodingsOf(row);
}

describe('against iced-x86', () => {
  test('length and validity of every row in every form, and of random bytes', () => {
    const found: string[] = [];
    const cases = [...everyEncoding(), ...randomBytes(30_000, 5)];
    for (const bytes of cases) {
      const iced = reference(bytes, RIP);
      const ours = disassemble(bytes, 0, RIP);
      const agree = ours.row ? iced.valid && iced.length === ours.length : !iced.known || /^(rsm|sysenter|nop .*)$/.test(iced.text);
      if (!agree && found.length < 10) found.push(`${hex(bytes)}: ${ours.text}, ${ours.length}; iced ${iced.text}, ${iced.length}`);
    }
    expect(found).toEqual([]);
    expect(cases.length).toBeGreaterThan(100_000);
  }, 120_000);

  test('text of every row in every form', () => {
    const found: string[] = [];
    const named = new Set<unknown>();
    for (const bytes of everyEncoding()) {
      const ours = disassemble(bytes, 0, RIP);
      if (!ours.row || OTHER_CONVENTION.test(ours.row.mnemonic) || /O[bv]|^Mp/.test(ours.row.operands)) continue;
      const iced = normalise(reference(bytes, RIP).text);
      const text = ours.text
        .toLowerCase()
        .replace(/^movabs/, 'mov')
        .replace(/,xmm0$/, ours.row.operands.endsWith('XMM0') ? '' : ',xmm0');
      if (text.replaceAll(' ', '') === iced.replaceAll(' ', '') || named.has(ours.row)) continue;
      named.add(ours.row);
      found.push(`${hex(bytes)}: ${text}; iced ${iced}`);
    }
    expect(found).toEqual([]);
  }, 120_000);
});

describe('as objdump writes it', () => {
  test.each([
    ['48 89 e5', 'mov rbp,rsp'],
    ['8b 44 8b f8', 'mov eax,DWORD PTR [rbx+rcx*4-0x8]'],
    ['64 48 8b 04 25 28 00 00 00', 'mov rax,QWORD PTR fs:0x28'],
    ['48 8d 05 10 00 00 00', 'lea rax,[rip+0x10]'],
    ['e8 00 00 00 00', 'call 0x1005'],
    ['74 fe', 'je 0x1000'],
    ['f3 48 a5', 'rep movs QWORD PTR es:[rdi],QWORD PTR ds:[rsi]'],
    ['f2 ae', 'repnz scas al,BYTE PTR es:[rdi]'],
    ['f0 0f b1 0b', 'lock cmpxchg DWORD PTR [rbx],ecx'],
    ['48 b8 01 02 03 04 05 06 07 08', 'movabs rax,0x807060504030201'],
    ['83 c0 ff', 'add eax,0xffffffff'],
    ['6a ff', 'push 0xffffffffffffffff'],
    ['c8 10 00 01', 'enter 0x10,0x1'],
    ['40 88 f4', 'mov spl,sil'],
    ['88 f4', 'mov ah,dh'],
    ['48 0f c7 0e', 'cmpxchg16b XMMWORD PTR [rsi]'],
    ['48 98', 'cdqe'],
    ['66 90', 'nop'],
    ['41 90', 'xchg r8d,eax'],
    ['f3 0f 1e fa', 'endbr64'],
    ['dd 45 08', 'fld QWORD PTR [rbp+0x8]'],
    ['66 48 0f 6e c7', 'movq xmm0,rdi'],
    ['62', '(bad)'],
  ])('%s', (encoding, text) => {
    const bytes = Uint8Array.from(encoding.split(' ').map((byte) => parseInt(byte, 16)));
    const result = disassemble(bytes, 0, RIP);
    expect(result.text).toBe(text);
    expect(result.length).toBe(bytes.length);
  });

  test('too few bytes', () => {
    expect(disassemble(Uint8Array.of(0x48, 0x8b), 0, RIP)).toEqual({ length: 2, text: '(bad)', row: null });
    expect(disassemble(new Uint8Array(0), 0, RIP)).toEqual({ length: 1, text: '(bad)', row: null });
  });
});
