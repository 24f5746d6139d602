import { GROUPS, L } from './locals.js';

const parameters = ['base', 'depth', 'entry'];
const registers = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
const others: Readonly<Record<number, string>> = {
  [L.PageVa]: 'page',
  [L.CcR]: 'ccResult',
  [L.CcA]: 'ccA',
  [L.CcB]: 'ccB',
  [L.Rip]: 'rip',
  [L.Ea]: 'ea',
  [L.T]: 't1',
  [L.T2]: 't2',
  [L.T3]: 't3',
  [L.Site]: 'site',
  [L.CcOp]: 'ccOp',
  [L.CcBase]: 'ccBase',
  [L.CcRot]: 'ccRotated',
  [L.Fuel]: 'fuel',
  [L.Go]: 'go',
  [L.Table]: 'tlb',
  [L.Low]: 'low',
  [L.Entry]: 'tlbEntry',
  [L.P]: 'p',
  [L.D]: 'd1',
  [L.D2]: 'd2',
  [L.D3]: 'd3',
  [L.S]: 's1',
  [L.S2]: 's2',
  [L.S3]: 's3',
  [L.V]: 'v1',
  [L.V2]: 'v2',
  [L.V3]: 'v3',
  [L.Mask32]: 'mask32',
  [L.NearLow]: 'nearLow',
  [L.NearLimit]: 'nearLimit',
  [L.NearLowF32]: 'nearLowF32',
  [L.NearLimitF32]: 'nearLimitF32',
  [L.NearLowF64]: 'nearLowF64',
  [L.NearLimitF64]: 'nearLimitF64',
  [L.Mask64]: 'mask64',
  [L.Step64]: 'step64',
  [L.Left]: 'left',
  [L.Right]: 'right',
  [L.Result]: 'result',
  [L.LimitV]: 'limitV',
  [L.LowF32]: 'lowF32',
  [L.LowF64]: 'lowF64',
  [L.PlaceMask]: 'placeMask',
  [L.Failed]: 'failed',
  [L.Carry]: 'carry',
};

/** What a local of a region function is for, as a name in WebAssembly's text; those without a name of their own are numbered. */
export function localName(number: number): string {
  const own = number - parameters.length;
  if (own < 0) return parameters[number]!;
  if (own < 16) return registers[own]!;
  if (own >= L.Xmm && own < L.Xmm + 16) return `xmm${own - L.Xmm}`;
  if (own >= L.Group && own < L.Group + GROUPS) return `group${own - L.Group}`;
  if (own >= L.Doubles && own < L.Doubles + 16) return `double${own - L.Doubles}`;
  if (own >= L.Singles && own < L.Singles + 16) return `single${own - L.Singles}`;
  return others[own] ?? `local${own}`;
}

/** Names of the functions that every module imports, in their order. */
export const importNames = ['stepUop', 'testCondition', 'goOn', 'resume', 'quotientOf'];
