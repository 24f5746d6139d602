import type { Row } from '../row.js';

/** What user mode may not do: #GP(0). */
const privileged = { feature: 'base', from: 'execute/integer/privileged', exec: 'privileged' } as const;
const system = { feature: 'base', from: 'execute/integer/system' } as const;
const descriptor = { feature: 'base', from: 'execute/integer/descriptor' } as const;
const nop = { feature: 'nop', mnemonic: 'nop', from: 'execute/integer/system', exec: 'nop', hot: { reg: 'nop', mem: 'nop' } } as const;

export const integerSystem: readonly Row[] = [
  { ...privileged, opcode: 'E4', mnemonic: 'in', operands: 'AL,Ib' },
  { ...privileged, opcode: 'E5', mnemonic: 'in', operands: 'eAX,Ib' },
  { ...privileged, opcode: 'E6', mnemonic: 'out', operands: 'Ib,AL' },
  { ...privileged, opcode: 'E7', mnemonic: 'out', operands: 'Ib,eAX' },
  { ...privileged, opcode: 'EC', mnemonic: 'in', operands: 'AL,DX' },
  { ...privileged, opcode: 'ED', mnemonic: 'in', operands: 'eAX,DX' },
  { ...privileged, opcode: 'EE', mnemonic: 'out', operands: 'DX,AL' },
  { ...privileged, opcode: 'EF', mnemonic: 'out', operands: 'DX,eAX' },
  { ...privileged, opcode: 'F4', mnemonic: 'hlt', operands: '' },
  { ...privileged, opcode: 'FA', mnemonic: 'cli', operands: '' },
  { ...privileged, opcode: 'FB', mnemonic: 'sti', operands: '' },
  { ...privileged, opcode: '0F 00 /2', mnemonic: 'lldt', operands: 'Ew' },
  { ...privileged, opcode: '0F 00 /3', mnemonic: 'ltr', operands: 'Ew' },
  { ...privileged, opcode: '0F 01 /2 mem', mnemonic: 'lgdt', operands: 'M' },
  { ...privileged, opcode: '0F 01 /3 mem', mnemonic: 'lidt', operands: 'M' },
  { ...privileged, opcode: '0F 01 /6', mnemonic: 'lmsw', operands: 'Ew' },
  { ...privileged, opcode: '0F 01 /7 mem', mnemonic: 'invlpg', operands: 'M' },
  { ...privileged, opcode: '0F 01 F8', mnemonic: 'swapgs', operands: '' },
  { ...privileged, opcode: '0F 06', mnemonic: 'clts', operands: '' },
  { ...privileged, opcode: '0F 07', mnemonic: 'sysret', operands: '' },
  { ...privileged, opcode: '0F 08', mnemonic: 'invd', operands: '' },
  { ...privileged, opcode: '0F 09', mnemonic: 'wbinvd', operands: '' },
  { ...privileged, opcode: '0F 20', mnemonic: 'mov', operands: 'Rq,Cq' },
  { ...privileged, opcode: '0F 21', mnemonic: 'mov', operands: 'Rq,Dq' },
  { ...privileged, opcode: '0F 22', mnemonic: 'mov', operands: 'Cq,Rq' },
  { ...privileged, opcode: '0F 23', mnemonic: 'mov', operands: 'Dq,Rq' },
  { ...privileged, opcode: '0F 30', mnemonic: 'wrmsr', operands: '' },
  { ...privileged, opcode: '0F 32', mnemonic: 'rdmsr', operands: '' },
  { ...privileged, opcode: '0F 33', mnemonic: 'rdpmc', operands: '' },
  { ...privileged, opcode: '0F 35', mnemonic: 'sysexit', operands: '' },

  { ...descriptor, opcode: '0F 00 /0', mnemonic: 'sldt', operands: 'Rv/Mw', exec: 'sldt<T>' },
  { ...descriptor, opcode: '0F 00 /1', mnemonic: 'str', operands: 'Rv/Mw', exec: 'str<T>' },
  { ...descriptor, opcode: '0F 00 /4', mnemonic: 'verr', operands: 'Ew', exec: 'verr' },
  { ...descriptor, opcode: '0F 00 /5', mnemonic: 'verw', operands: 'Ew', exec: 'verw' },
  { ...descriptor, opcode: '0F 01 /0 mem', mnemonic: 'sgdt', operands: 'M', exec: 'sgdt' },
  { ...descriptor, opcode: '0F 01 /1 mem', mnemonic: 'sidt', operands: 'M', exec: 'sidt' },
  { ...descriptor, opcode: '0F 01 /4', mnemonic: 'smsw', operands: 'Rv/Mw', exec: 'smsw<T>' },
  { ...descriptor, opcode: '0F 02', mnemonic: 'lar', operands: 'Gv,Ew', exec: 'lar<T>' },
  { ...descriptor, opcode: '0F 03', mnemonic: 'lsl', operands: 'Gv,Ew', exec: 'lsl<T>' },

  { ...system, opcode: '0F 31', mnemonic: 'rdtsc', operands: '', exec: 'rdtsc' },
  { ...system, opcode: '0F 01 F9', mnemonic: 'rdtscp', operands: '', feature: 'rdtscp', exec: 'rdtscp' },
  { ...system, opcode: '0F A2', mnemonic: 'cpuid', operands: '', exec: 'cpuid', from: 'execute/integer/cpuid' },
  { ...system, opcode: 'NP 0F AE /5 reg', mnemonic: 'lfence', operands: '', feature: 'sse2', exec: 'nop' },
  { ...system, opcode: 'NP 0F AE /6 reg', mnemonic: 'mfence', operands: '', feature: 'sse2', exec: 'nop' },
  { ...system, opcode: 'NP 0F AE /7 reg', mnemonic: 'sfence', operands: '', feature: 'sse', exec: 'nop' },
  { ...system, opcode: 'NP 0F AE /7 mem', mnemonic: 'clflush', operands: 'Mb', feature: 'clflush', exec: 'clflush' },

  { ...nop, opcode: '90', operands: '' },
  { ...nop, opcode: 'F3 0F 1E FA', mnemonic: 'endbr64', operands: '' },
  { ...nop, opcode: 'F3 90', mnemonic: 'pause', operands: '' },
  ...['nta', 't0', 't1', 't2'].map((kind, index): Row => ({
    ...nop,
    opcode: `0F 18 /${index} mem`,
    mnemonic: `prefetch${kind}`,
    operands: 'Mb',
    feature: 'sse',
  })),
  ...[0, 1, 2, 3].map((index): Row => ({ ...nop, opcode: `0F 18 /${index} reg`, operands: 'Ev' })),
  ...[4, 5, 6, 7].map((index): Row => ({ ...nop, opcode: `0F 18 /${index}`, operands: 'Ev' })),
  ...['19', '1A', '1B', '1C', '1D', '1E', '1F'].map((opcode): Row => ({ ...nop, opcode: `0F ${opcode}`, operands: 'Ev' })),
  { ...nop, opcode: '0F 0D', mnemonic: 'prefetchw', operands: 'Mb' },
];
