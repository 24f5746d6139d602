import { FIRST_COLD_OP, HEADER, PSEUDO_OPS, type Op } from './emit-ops.js';

/** Cases per function: small enough that V8 optimises each well after asc has inlined what is called only once. */
const GROUP_SHIFT = 6;

/** decode/dispatch.generated.ts: `execute(op, u)`, a dense switch over groups of micro-ops. */
export function emitDispatch(ops: readonly Op[]): string {
  const imports = new Map<string, Set<string>>();
  const need = (from: string, name: string): void => void (imports.get(from) ?? imports.set(from, new Set()).get(from)!).add(name);
  need('cpu/exceptions', 'raise');
  for (const op of ops) need(op.shape.row.from!, op.exec.replace(/<.*/, ''));
  const calls = [
    { id: FIRST_COLD_OP, call: 'raise(6, 0)', name: PSEUDO_OPS[0] },
    { id: FIRST_COLD_OP + 1, call: 'raise(13, 0)', name: PSEUDO_OPS[1] },
    ...ops.map((op) => ({
      id: op.id,
      call: `${op.exec}(u)`,
      name: `${op.shape.row.opcode} ${op.shape.row.mnemonic} ${op.shape.row.operands}`.trim(),
    })),
  ];
  const firstGroup = FIRST_COLD_OP >> GROUP_SHIFT;
  const lastGroup = calls.at(-1)!.id >> GROUP_SHIFT;
  const lines = [HEADER];
  for (const [from, names] of [...imports].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    lines.push(`import { ${[...names].toSorted().join(', ')} } from '../${from}';`);
  for (let group = firstGroup; group <= lastGroup; group++) {
    lines.push('', `function group${group}(op: u32, u: u32): i32 {`, '  switch (op) {');
    for (const { id, call, name } of calls) if (id >> GROUP_SHIFT === group) lines.push(`    case ${id}: return ${call}; // ${name}`);
    lines.push('    default: return raise(6, 0);', '  }', '}');
  }
  lines.push(
    '',
    '/** Executes the cold micro-op at `u`, whose id is `op`: a Status or an ExitReason. */',
    'export function execute(op: u32, u: u32): i32 {',
  );
  lines.push(`  switch (op >> ${GROUP_SHIFT}) {`);
  for (let group = firstGroup; group <= lastGroup; group++) lines.push(`    case ${group}: return group${group}(op, u);`);
  lines.push('    default: return raise(6, 0);', '  }', '}', '');
  return lines.join('\n');
}
