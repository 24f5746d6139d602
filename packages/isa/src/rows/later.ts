import type { Feature, Row } from '../row.js';

/** Rows that the coverage report shows as missing, in the families that come next. Their encodings raise #UD. */
function missing(feature: Feature, rows: readonly (readonly [opcode: string, mnemonic: string, operands: string])[]): Row[] {
  return rows.map(([opcode, mnemonic, operands]) => ({ opcode, mnemonic, operands, feature, exec: null }));
}

/** The MMX form and the SSE form of an instruction that has both. */
function pair(opcode: string, mnemonic: string, immediate = ''): (readonly [string, string, string])[] {
  return [
    [`NP ${opcode}`, mnemonic, `Pq,Qq${immediate}`],
    [`66 ${opcode}`, mnemonic, `Vdq,Wdq${immediate}`],
  ];
}

const sse3 = missing('sse3', [
  ['F2 0F 12', 'movddup', 'Vq,Wq'],
  ['F3 0F 12', 'movsldup', 'Vdq,Wdq'],
  ['F3 0F 16', 'movshdup', 'Vdq,Wdq'],
  ['66 0F 7C', 'haddpd', 'Vpd,Wpd'],
  ['F2 0F 7C', 'haddps', 'Vps,Wps'],
  ['66 0F 7D', 'hsubpd', 'Vpd,Wpd'],
  ['F2 0F 7D', 'hsubps', 'Vps,Wps'],
  ['66 0F D0', 'addsubpd', 'Vpd,Wpd'],
  ['F2 0F D0', 'addsubps', 'Vps,Wps'],
  ['F2 0F F0 mem', 'lddqu', 'Vdq,Mdq'],
]);

const ssse3 = missing('ssse3', [
  ...pair('0F 38 00', 'pshufb'),
  ...pair('0F 38 01', 'phaddw'),
  ...pair('0F 38 02', 'phaddd'),
  ...pair('0F 38 03', 'phaddsw'),
  ...pair('0F 38 04', 'pmaddubsw'),
  ...pair('0F 38 05', 'phsubw'),
  ...pair('0F 38 06', 'phsubd'),
  ...pair('0F 38 07', 'phsubsw'),
  ...pair('0F 38 08', 'psignb'),
  ...pair('0F 38 09', 'psignw'),
  ...pair('0F 38 0A', 'psignd'),
  ...pair('0F 38 0B', 'pmulhrsw'),
  ...pair('0F 38 1C', 'pabsb'),
  ...pair('0F 38 1D', 'pabsw'),
  ...pair('0F 38 1E', 'pabsd'),
  ...pair('0F 3A 0F', 'palignr', ',Ib'),
]);

const sse41 = missing('sse4.1', [
  ['66 0F 38 10', 'pblendvb', 'Vdq,Wdq,XMM0'],
  ['66 0F 38 14', 'blendvps', 'Vdq,Wdq,XMM0'],
  ['66 0F 38 15', 'blendvpd', 'Vdq,Wdq,XMM0'],
  ['66 0F 38 17', 'ptest', 'Vdq,Wdq'],
  ['66 0F 38 20', 'pmovsxbw', 'Vdq,Wq'],
  ['66 0F 38 21', 'pmovsxbd', 'Vdq,Wd'],
  ['66 0F 38 22', 'pmovsxbq', 'Vdq,Ww'],
  ['66 0F 38 23', 'pmovsxwd', 'Vdq,Wq'],
  ['66 0F 38 24', 'pmovsxwq', 'Vdq,Wd'],
  ['66 0F 38 25', 'pmovsxdq', 'Vdq,Wq'],
  ['66 0F 38 28', 'pmuldq', 'Vdq,Wdq'],
  ['66 0F 38 29', 'pcmpeqq', 'Vdq,Wdq'],
  ['66 0F 38 2A mem', 'movntdqa', 'Vdq,Mdq'],
  ['66 0F 38 2B', 'packusdw', 'Vdq,Wdq'],
  ['66 0F 38 30', 'pmovzxbw', 'Vdq,Wq'],
  ['66 0F 38 31', 'pmovzxbd', 'Vdq,Wd'],
  ['66 0F 38 32', 'pmovzxbq', 'Vdq,Ww'],
  ['66 0F 38 33', 'pmovzxwd', 'Vdq,Wq'],
  ['66 0F 38 34', 'pmovzxwq', 'Vdq,Wd'],
  ['66 0F 38 35', 'pmovzxdq', 'Vdq,Wq'],
  ['66 0F 38 38', 'pminsb', 'Vdq,Wdq'],
  ['66 0F 38 39', 'pminsd', 'Vdq,Wdq'],
  ['66 0F 38 3A', 'pminuw', 'Vdq,Wdq'],
  ['66 0F 38 3B', 'pminud', 'Vdq,Wdq'],
  ['66 0F 38 3C', 'pmaxsb', 'Vdq,Wdq'],
  ['66 0F 38 3D', 'pmaxsd', 'Vdq,Wdq'],
  ['66 0F 38 3E', 'pmaxuw', 'Vdq,Wdq'],
  ['66 0F 38 3F', 'pmaxud', 'Vdq,Wdq'],
  ['66 0F 38 40', 'pmulld', 'Vdq,Wdq'],
  ['66 0F 38 41', 'phminposuw', 'Vdq,Wdq'],
  ['66 0F 3A 08', 'roundps', 'Vps,Wps,Ib'],
  ['66 0F 3A 09', 'roundpd', 'Vpd,Wpd,Ib'],
  ['66 0F 3A 0A', 'roundss', 'Vss,Wss,Ib'],
  ['66 0F 3A 0B', 'roundsd', 'Vsd,Wsd,Ib'],
  ['66 0F 3A 0C', 'blendps', 'Vps,Wps,Ib'],
  ['66 0F 3A 0D', 'blendpd', 'Vpd,Wpd,Ib'],
  ['66 0F 3A 0E', 'pblendw', 'Vdq,Wdq,Ib'],
  ['66 0F 3A 14', 'pextrb', 'Rd/Mb,Vdq,Ib'],
  ['66 0F 3A 15', 'pextrw', 'Rd/Mw,Vdq,Ib'],
  ['66 0F 3A 16', 'pextrd|pextrq', 'Ey,Vdq,Ib'],
  ['66 0F 3A 17', 'extractps', 'Rd/Md,Vdq,Ib'],
  ['66 0F 3A 20', 'pinsrb', 'Vdq,Rd/Mb,Ib'],
  ['66 0F 3A 21', 'insertps', 'Vdq,Udq/Md,Ib'],
  ['66 0F 3A 22', 'pinsrd|pinsrq', 'Vdq,Ey,Ib'],
  ['66 0F 3A 40', 'dpps', 'Vps,Wps,Ib'],
  ['66 0F 3A 41', 'dppd', 'Vpd,Wpd,Ib'],
  ['66 0F 3A 42', 'mpsadbw', 'Vdq,Wdq,Ib'],
]);

const sse42 = missing('sse4.2', [
  ['66 0F 38 37', 'pcmpgtq', 'Vdq,Wdq'],
  ['66 0F 3A 60', 'pcmpestrm', 'Vdq,Wdq,Ib'],
  ['66 0F 3A 61', 'pcmpestri', 'Vdq,Wdq,Ib'],
  ['66 0F 3A 62', 'pcmpistrm', 'Vdq,Wdq,Ib'],
  ['66 0F 3A 63', 'pcmpistri', 'Vdq,Wdq,Ib'],
  ['F2 0F 38 F0', 'crc32', 'Gy,Eb'],
  ['F2 0F 38 F1', 'crc32', 'Gy,Ev'],
]);

const bitManipulation = [
  ...missing('lzcnt', [['F3 0F BD', 'lzcnt', 'Gv,Ev']]),
  ...missing('bmi1', [['F3 0F BC', 'tzcnt', 'Gv,Ev']]),
  ...missing('movbe', [
    ['NP 0F 38 F0 mem', 'movbe', 'Gv,Mv'],
    ['66 0F 38 F0 mem', 'movbe', 'Gv,Mv'],
    ['NP 0F 38 F1 mem', 'movbe', 'Mv,Gv'],
    ['66 0F 38 F1 mem', 'movbe', 'Mv,Gv'],
  ]),
  ...missing('adx', [
    ['66 0F 38 F6', 'adcx', 'Gy,Ey'],
    ['F3 0F 38 F6', 'adox', 'Gy,Ey'],
  ]),
];

const crypto = [
  ...missing('aes', [
    ['66 0F 38 DB', 'aesimc', 'Vdq,Wdq'],
    ['66 0F 38 DC', 'aesenc', 'Vdq,Wdq'],
    ['66 0F 38 DD', 'aesenclast', 'Vdq,Wdq'],
    ['66 0F 38 DE', 'aesdec', 'Vdq,Wdq'],
    ['66 0F 38 DF', 'aesdeclast', 'Vdq,Wdq'],
    ['66 0F 3A DF', 'aeskeygenassist', 'Vdq,Wdq,Ib'],
  ]),
  ...missing('pclmul', [['66 0F 3A 44', 'pclmulqdq', 'Vdq,Wdq,Ib']]),
  ...missing('sha', [
    ['NP 0F 38 C8', 'sha1nexte', 'Vdq,Wdq'],
    ['NP 0F 38 C9', 'sha1msg1', 'Vdq,Wdq'],
    ['NP 0F 38 CA', 'sha1msg2', 'Vdq,Wdq'],
    ['NP 0F 38 CB', 'sha256rnds2', 'Vdq,Wdq,XMM0'],
    ['NP 0F 38 CC', 'sha256msg1', 'Vdq,Wdq'],
    ['NP 0F 38 CD', 'sha256msg2', 'Vdq,Wdq'],
    ['NP 0F 3A CC', 'sha1rnds4', 'Vdq,Wdq,Ib'],
  ]),
  ...missing('rdrand', [
    ['NP 0F C7 /6 reg', 'rdrand', 'Rv'],
    ['66 0F C7 /6 reg', 'rdrand', 'Rv'],
  ]),
  ...missing('rdseed', [
    ['NP 0F C7 /7 reg', 'rdseed', 'Rv'],
    ['66 0F C7 /7 reg', 'rdseed', 'Rv'],
  ]),
];

const state = [
  ...missing('xsave', [
    ['NP 0F 01 D0', 'xgetbv', ''],
    ['NP 0F 01 D1', 'xsetbv', ''],
    ['NP 0F AE /4 mem', 'xsave|xsave|xsave64', 'M'],
    ['NP 0F AE /5 mem', 'xrstor|xrstor|xrstor64', 'M'],
    ['NP 0F AE /6 mem', 'xsaveopt|xsaveopt|xsaveopt64', 'M'],
    ['NP 0F C7 /4 mem', 'xsavec|xsavec|xsavec64', 'M'],
  ]),
  ...missing('fsgsbase', [
    ['F3 0F AE /0 reg', 'rdfsbase', 'Ry'],
    ['F3 0F AE /1 reg', 'rdgsbase', 'Ry'],
    ['F3 0F AE /2 reg', 'wrfsbase', 'Ry'],
    ['F3 0F AE /3 reg', 'wrgsbase', 'Ry'],
  ]),
  ...missing('clflushopt', [['66 0F AE /7 mem', 'clflushopt', 'Mb']]),
  ...missing('clwb', [['66 0F AE /6 mem', 'clwb', 'Mb']]),
];

export const later: readonly Row[] = [...sse3, ...ssse3, ...sse41, ...sse42, ...bitManipulation, ...crypto, ...state];
