import { Cpu } from '../../../abi/src/machine/cpu-state';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { hotOf, NO_HOT_OP } from '../decode/hot.generated';
import { HotOp } from './hot-ops';

/** Exchanges a freshly decoded micro-op for its hot form where it has one and no prefix is in the way. */
export function promote(u: u32): void {
  const flags = <u32>load<u8>(u, Uop.Flags);
  const hot = hotOf(load<u16>(u), (flags & UopFlag.RmReg) != 0);
  if (hot == NO_HOT_OP) return;
  const prefixes = flags & ~UopFlag.RmReg;
  if (isCall(hot)) {
    store<u16>(u, <u16>hot);
    return;
  }
  if (prefixes) {
    if (prefixes != UopFlag.Fs || load<u8>(u, Uop.Index) != Cpu.Zero) return;
    if (hot == HotOp.mov64_G_M) store<u16>(u, HotOp.mov64_G_Fs);
    else if (hot == HotOp.sub64_G_M) store<u16>(u, HotOp.sub64_G_Fs);
    return;
  }
  if (isBranch(hot)) {
    // Disp becomes the link to the target's micro-op.
    store<u32>(u, 0, Uop.Disp);
    store<u16>(u, <u16>hot);
    if (isConditional(hot)) store<u16>(u, 0, Uop.Fell);
    return;
  }
  const indexed = load<u8>(u, Uop.Index) != Cpu.Zero;
  if (hot == HotOp.jmp_M || (hot == HotOp.call_M && !indexed)) {
    // The same; the displacement of the address goes to Imm.
    store<u32>(u, load<u32>(u, Uop.Disp), Uop.Imm);
    store<u32>(u, 0, Uop.Disp);
    store<u16>(u, indexed ? HotOp.jmp_X : <u16>hot);
    return;
  }
  if (hot >= <u32>HotOp.Cmov32) {
    store<u32>(u, hot & 15, Uop.Imm);
    store<u16>(u, hot >= <u32>HotOp.Set ? HotOp.set : hot >= <u32>HotOp.Cmov64 ? HotOp.cmov64 : HotOp.cmov32);
    return;
  }
  if (hot & HotOp.Swapped) {
    const fields = load<u16>(u, Uop.Reg);
    store<u16>(u, <u16>((fields >> 8) | (fields << 8)), Uop.Reg);
    store<u16>(u, <u16>(hot & ~HotOp.Swapped));
    return;
  }
  if (!(flags & UopFlag.RmReg) && indexed && !isImplicit(hot)) {
    const other = withIndex(hot);
    if (other) store<u16>(u, <u16>other);
    return;
  }
  store<u16>(u, <u16>hot);
}

/** Does the hot switch call the cold function? */
function isCall(hot: u32): bool {
  return hot > <u32>HotOp.movq_M_V && hot < <u32>HotOp.Enter;
}

export function isConditional(op: u32): bool {
  return op >= <u32>HotOp.jo && op <= <u32>HotOp.jg;
}

function isBranch(hot: u32): bool {
  return (hot >= <u32>HotOp.jo && hot <= <u32>HotOp.call_J) || hot == HotOp.jmp_R || hot == HotOp.call_R || hot == HotOp.ret;
}

/** Without an address whatever the flags say: the decoder leaves Index at 0 or Zero. */
function isImplicit(hot: u32): bool {
  return hot == HotOp.nop || hot == HotOp.leave64 || hot == HotOp.push64_I || (hot >= <u32>HotOp.cbw32 && hot <= <u32>HotOp.cwd64);
}

/** The hot op of an address with an index: most take any address. 0 = there is none. */
function withIndex(hot: u32): u32 {
  switch (hot) {
    case HotOp.mov32_G_M:
      return HotOp.mov32_G_X;
    case HotOp.mov64_G_M:
      return HotOp.mov64_G_X;
    case HotOp.mov8_M_G:
      return HotOp.mov8_X_G;
    case HotOp.mov32_M_G:
      return HotOp.mov32_X_G;
    case HotOp.mov64_M_G:
      return HotOp.mov64_X_G;
    case HotOp.lea32_M:
      return HotOp.lea32_X;
    case HotOp.lea64_M:
      return HotOp.lea64_X;
    case HotOp.movzx32_G_Mb:
      return HotOp.movzx32_G_Xb;
    case HotOp.movzx32_G_Mw:
      return HotOp.movzx32_G_Xw;
    case HotOp.movsxd64_G_M:
      return HotOp.movsxd64_G_X;
    case HotOp.call_M:
      return 0;
    default:
      return hot;
  }
}
