import { importNames, localName } from '@ring3/machine/jit-names';
import { BinaryReader, DefaultNameResolver, LabelMode, WasmDisassembler } from 'wasmparser';

/** A line of WebAssembly's text format. */
export interface WasmLine {
  /** Place of its instruction in the module. */
  at: number;
  text: string;
}

/** Imported functions are first: those of the translator, then other regions, then the module's own. */
class Names extends DefaultNameResolver {
  private imported = 0;

  override getFunctionName(index: number, isImport: boolean, isRef: boolean): string {
    // Imports are told before all that refers to them.
    if (isImport) this.imported = Math.max(this.imported, index + 1);
    const name = importNames[index] ?? (index < this.imported ? `other${index - importNames.length}` : `region${index - this.imported}`);
    return isRef ? `$${name}` : `$${name} (;${index};)`;
  }
  override getVariableName(_function: number, index: number, isRef: boolean): string {
    return isRef ? `$${localName(index)}` : `$${localName(index)} (;${index};)`;
  }
}

/** Instructions of each function of a translator's module, without its head, in their order. @throws Error wasmparser knows something not */
export function wasmText(module: Uint8Array): WasmLine[][] {
  const reader = new BinaryReader();
  const bytes = module.slice();
  reader.setData(bytes.buffer, 0, bytes.length);
  const disassembler = new WasmDisassembler();
  disassembler.addOffsets = true;
  disassembler.labelMode = LabelMode.WhenUsed;
  disassembler.nameResolver = new Names();
  disassembler.disassembleChunk(reader);
  const { lines, offsets, functionBodyOffsets } = disassembler.getResult();
  return (functionBodyOffsets ?? []).map(({ start, end }) =>
    lines.flatMap((text, i) => {
      const at = offsets![i]!;
      // The last one closes the function's parenthesis.
      return at >= start && at < end && text.trim() !== ')' ? [{ at, text: text.replace(/^ {4}/, '') }] : [];
    }),
  );
}
