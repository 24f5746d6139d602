import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { reg, setReg } from '../../cpu/operands';

/**
 * What CPUID claims: what the rows implement, nothing else. The vendor is GenuineIntel, because glibc and others read cache sizes
 * (leaf 4) only from vendors that they know; family 6, model 26 because glibc tells by the model whether loads that are not aligned are
 * quick, and takes other string functions where they are.
 */
const enum Feature {
  /** FPU TSC CX8 CMOV CLFSH MMX FXSR SSE SSE2. */
  Edx1 = (1 << 0) | (1 << 4) | (1 << 8) | (1 << 15) | (1 << 19) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26),
  /** CX16 POPCNT. */
  Ecx1 = (1 << 13) | (1 << 23),
  /** Leaf 7: ERMS, because rep movs and rep stos work page by page: glibc then uses them for large blocks. */
  Ebx7 = 1 << 9,
  /** SYSCALL NX RDTSCP LM. */
  EdxExtended = (1 << 11) | (1 << 20) | (1 << 27) | (1 << 29),
  /** LAHF in 64-bit mode. */
  EcxExtended = 1 << 0,
  /** Stepping 5, model 26, family 6. */
  Signature = 0x106a5,
}

const enum Leaf {
  MaxBasic = 0xd,
  MaxExtended = 0x8000_0008,
}

/** 'Ring3 virtual x86-64 processor', 48 bytes. */
const brand: usize = memory.data<u8>([
  0x52, 0x69, 0x6e, 0x67, 0x33, 0x20, 0x76, 0x69, 0x72, 0x74, 0x75, 0x61, 0x6c, 0x20, 0x78, 0x38, 0x36, 0x2d, 0x36, 0x34, 0x20, 0x70, 0x72, 0x6f,
  0x63, 0x65, 0x73, 0x73, 0x6f, 0x72, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

function put(eax: u32, ebx: u32, ecx: u32, edx: u32): i32 {
  setReg<u32>(Cpu.Rax, eax);
  setReg<u32>(Cpu.Rbx, ebx);
  setReg<u32>(Cpu.Rcx, ecx);
  setReg<u32>(Cpu.Rdx, edx);
  return Status.Next;
}

/** Leaf 4: eax type and level, ebx ways, partitions and line size (each − 1), ecx sets − 1. Lines have 64 bytes. */
function cache(index: u32): i32 {
  const line = 63;
  const eightWays = 7 << 22;
  const sixteenWays = 15 << 22;
  switch (index) {
    case 0:
      return put(0x121, eightWays | line, 63, 0); // L1 data, 32 KiB
    case 1:
      return put(0x122, eightWays | line, 63, 0); // L1 instructions, 32 KiB
    case 2:
      return put(0x143, eightWays | line, 511, 0); // L2, 256 KiB
    case 3:
      return put(0x163, sixteenWays | line, 4095, 0); // L3, 4 MiB
    default:
      return put(0, 0, 0, 0);
  }
}

export function cpuid(u: u32): i32 {
  const leaf = reg<u32>(Cpu.Rax);
  switch (leaf) {
    case 0:
      return put(Leaf.MaxBasic, 0x756e_6547, 0x6c65_746e, 0x4965_6e69);
    case 1:
      // ebx: one logical processor, clflush of 8 quadwords.
      return put(Feature.Signature, (1 << 16) | (8 << 8), Feature.Ecx1, Feature.Edx1);
    case 2:
      // One round; 0xff: caches are described by leaf 4.
      return put(0x00ff_ff01, 0, 0, 0);
    case 4:
      return cache(reg<u32>(Cpu.Rcx));
    case 7:
      return put(0, reg<u32>(Cpu.Rcx) == 0 ? Feature.Ebx7 : 0, 0, 0);
    case 0x8000_0000:
      return put(Leaf.MaxExtended, 0, 0, 0);
    case 0x8000_0001:
      return put(0, 0, Feature.EcxExtended, Feature.EdxExtended);
    case 0x8000_0002:
    case 0x8000_0003:
    case 0x8000_0004: {
      const p = brand + ((leaf - 0x8000_0002) << 4);
      return put(load<u32>(p), load<u32>(p, 4), load<u32>(p, 8), load<u32>(p, 12));
    }
    case 0x8000_0006:
      return put(0, 0, 0x0100_6040, 0); // L2: 256 KiB, 8 ways, lines of 64 bytes
    case 0x8000_0008:
      return put(0x3020, 0, 0, 0); // 48-bit linear, 32-bit physical addresses
    default:
      return put(0, 0, 0, 0);
  }
}
