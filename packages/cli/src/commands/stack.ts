import type { InitialStackView, StackItem } from '@ring3/machine/engine';
import { RUN_OPTIONS } from '../help.js';
import { runWithStops, stopTitle, viewOf } from '../inspect/stop-observer.js';
import { decode, table, viewJson } from '../inspect/text.js';
import { parseWithRun } from '../run-options.js';
import type { Command } from './command.js';

/** Characters of a text, and bytes of padding, that a line shows. */
const TEXT_LIMIT = 60;

const sections: Readonly<Record<string, string>> = {
  argc: 'arguments',
  envp: 'environment',
  auxv: 'auxiliary vector',
  string: 'strings of argv and envp',
};

function valueText({ kind, value, text }: StackItem): string {
  const quoted = text === null ? null : `"${cut(decode(text))}"`;
  switch (kind) {
    case 'argc':
      return String(Number(`0x${value}`));
    case 'argv':
    case 'envp':
      return value === '0' ? 'NULL' : `0x${value} → ${quoted}`;
    case 'auxv':
      if (text !== null && /^[0-9]+$/.test(text)) return text;
      return text === null || text.length === 32 ? `0x${value}` : `0x${value} → ${quoted}`;
    case 'random':
      return text!;
    case 'padding':
      return /^0*$/.test(text!) ? 'zeros' : cut(text!);
    case 'end':
      return `0x${value}`;
    default:
      return quoted!;
  }
}

function cut(text: string): string {
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text;
}

function labelText({ kind, label }: StackItem): string {
  if (kind === 'string') return `string of ${label}`;
  if (kind === 'random' || kind === 'platform' || kind === 'filename') return `of ${label}`;
  return label;
}

function stackText(stack: InitialStackView): string {
  const { start, end, items } = stack;
  const cells = items.map((item) => [
    `0x${item.address.toString(16)}`,
    `+${(item.address - start).toString(16)}`,
    String(item.bytes),
    labelText(item),
    item.meaning ? `${valueText(item)}   ${item.meaning}` : valueText(item),
  ]);
  const lines = table([['ADDRESS', 'RSP+', 'BYTES', 'WHAT', 'VALUE'], ...cells], [1, 2]).split('\n');
  let text = `${lines[0]}\n`;
  let last = '';
  items.forEach((item, i) => {
    const title = sections[item.kind];
    if (title && title !== last) text += `── ${title}\n`;
    if (title) last = title;
    text += `${lines[i + 1]}\n`;
  });
  return `${text}rsp 0x${start.toString(16)}, ${end - start} bytes to the stack's end at 0x${end.toString(16)}\n`;
}

export const stackCommand: Command = {
  synopsis: 'stack [OPTION…] PROGRAM [ARG…]',
  summary: 'show the stack that a program begins with',
  help: `Every piece of the initial stack, from rsp upwards: argc, argv, envp, the auxiliary vector, and the strings and bytes they point to.
PROGRAM is loaded, not run.

  --json               an object

and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: 0; 126 when PROGRAM cannot be executed, 127 when it was not found.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, { json: { type: 'boolean' } });
    return runWithStops(
      run,
      {},
      (machine, stop) => {
        const view = viewOf(machine, stop, { initialStack: true });
        return view.initialStack && { comm: view.comm, stack: view.initialStack };
      },
      (seen) => {
        const { stop, shown } = seen[0]!;
        return values.json ? viewJson(shown.stack) : `${stopTitle(stop, decode(shown.comm))}\n${stackText(shown.stack)}`;
      },
    );
  },
};
