import { Code, CpuidFeature, Decoder, DecoderOptions, Formatter, FormatterSyntax, type Instruction, MemorySizeOptions } from 'iced-x86';

/** What iced-x86 says about an instruction. */
export interface Reference {
  readonly valid: boolean;
  readonly length: number;
  /** Belongs to instruction sets that the rows speak of. */
  readonly known: boolean;
  readonly text: string;
}

const KNOWN_FEATURES =
  /^(INTEL\d+.*|X64|CPUID|CMOV|CX8|CMPXCHG16B|FPU.*|MMX|SSE|SSE2|SSE3|SSSE3|SSE4_1|SSE4_2|FXSR|MULTIBYTENOP|PAUSE|RDTSCP|TSC|MSR|SYSCALL|SEP|CLFSH|POPCNT|LZCNT|BMI1|MOVBE|ADX|AES|PCLMULQDQ|SHA|RDRAND|RDSEED|XSAVE|XSAVEOPT|XSAVEC|FSGSBASE|CLFLUSHOPT|CLWB|CET_IBT|PREFETCHW|RDPMC|SMM|UDBG)$/;

const formatter = new Formatter(FormatterSyntax.Intel);
formatter.hexPrefix = '0x';
formatter.alwaysShowScale = true;
formatter.hexSuffix = '';
formatter.uppercaseHex = false;
formatter.memorySizeOptions = MemorySizeOptions.Always;
formatter.ripRelativeAddresses = true;
formatter.showBranchSize = false;
formatter.signedImmediateOperands = false;
formatter.smallHexNumbersInDecimal = false;
formatter.branchLeadingZeros = false;
formatter.addLeadingZeroToHexNumbers = false;
formatter.displacementLeadingZeros = false;

function isKnown(instruction: Instruction): boolean {
  const features = [...(instruction.cpuidFeatures() as Iterable<CpuidFeature>)];
  return features.every((feature) => KNOWN_FEATURES.test(CpuidFeature[feature]));
}

/** Decodes the first instruction of `bytes`, at address `rip`, with iced-x86. */
export function reference(bytes: Uint8Array, rip = 0x1000): Reference {
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  decoder.ip = BigInt(rip);
  const instruction = decoder.decode();
  const valid = instruction.code !== Code.INVALID;
  const result = {
    valid,
    length: instruction.length,
    known: valid && isKnown(instruction),
    text: valid ? formatter.format(instruction) : '(bad)',
  };
  instruction.free();
  decoder.free();
  return result;
}
