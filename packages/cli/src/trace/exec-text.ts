import type { Catalogue, ExecStep, ExecTrace, VmaChange, VmaView } from '@ring3/machine/engine';

const WIDTH = 110;
/** Column of the source file's name. */
const SOURCE_COLUMN = 50;
const NUMBER_WIDTH = 3;

const plain = (text: string): string => text;

interface Style {
  strong(text: string): string;
  dim(text: string): string;
  added(text: string): string;
  removed(text: string): string;
  changed(text: string): string;
  warning(text: string): string;
}

const noStyle: Style = { strong: plain, dim: plain, added: plain, removed: plain, changed: plain, warning: plain };

const sgr =
  (code: string) =>
  (text: string): string =>
    `\x1b[${code}m${text}\x1b[0m`;

const colours: Style = { strong: sgr('1'), dim: sgr('2'), added: sgr('32'), removed: sgr('31'), changed: sgr('33'), warning: sgr('1;31') };

/** An execve for people: each stage with its function, what it decided, and the mappings that it changed; at most 110 columns. */
export function execText(trace: ExecTrace, catalogue: Catalogue, colour: boolean): string {
  const style = colour ? colours : noStyle;
  const lines = trace.steps.flatMap((step) => stepLines(step, catalogue, style));
  return `${lines.join('\n')}\n\n${wrap(outcome(trace, catalogue), 0).join('\n')}\n`;
}

function outcome({ path, result, errno, refusedBy, committed }: ExecTrace, { labels }: Catalogue): string {
  if (result === 'started') return labels.started(path);
  if (result === 'unfinished' || errno === null) return labels.unfinished(path);
  return (committed ? labels.refusedAfterCommit : labels.refused)(path, errno, refusedBy ?? '?');
}

function stepLines(step: ExecStep, catalogue: Catalogue, style: Style): string[] {
  const indent = '  '.repeat(step.depth);
  const left = `${String(step.number).padStart(NUMBER_WIDTH)}  ${indent}`;
  const name = left + style.strong(step.function);
  const gap = ' '.repeat(Math.max(1, SOURCE_COLUMN - left.length - step.function.length));
  const margin = left.length + 2;
  const pad = ' '.repeat(margin);
  const lines = [name + gap + style.dim(step.source)];
  for (const line of wrap(step.text, margin)) lines.push(pad + line);
  for (const { text } of step.details) for (const line of wrap(text, margin + 2)) lines.push(`${pad}  ${style.dim(line)}`);
  for (const change of step.vmas) lines.push(...vmaLines(change, pad, style));
  if (step.commits) lines.push(style.warning(rule(catalogue.labels.pointOfNoReturn)));
  return lines;
}

function vmaLines({ kind, vma, before }: VmaChange, pad: string, style: Style): string[] {
  const room = WIDTH - pad.length - 2;
  if (kind === 'added') return [pad + style.added(`+ ${vmaText(vma, room)}`)];
  if (kind === 'removed') return [pad + style.removed(`- ${vmaText(vma, room)}`)];
  return [...(before ? [pad + style.removed(`- ${vmaText(before, room)}`)] : []), pad + style.changed(`~ ${vmaText(vma, room)}`)];
}

function vmaText({ start, end, perms, offset, name }: VmaView, room: number): string {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const text = `${hex(start)}-${hex(end)} ${perms} ${hex(offset)}`;
  const left = room - text.length - 1;
  if (name === '') return text;
  return `${text} ${name.length <= left ? name : `…${name.slice(1 - left)}`}`;
}

function rule(text: string): string {
  const rest = WIDTH - text.length - 6;
  return `════ ${text} ${'═'.repeat(Math.max(rest, 0))}`;
}

/** Lines of at most what is left beside the margin. Blanks inside stay; a word that is too long is broken. */
function wrap(text: string, margin: number): string[] {
  const room = WIDTH - margin;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const blank = rest.lastIndexOf(' ', room);
    const at = blank > room / 3 ? blank : room;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  lines.push(rest);
  return lines;
}
