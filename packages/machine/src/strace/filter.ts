import { callClass } from './call-classes.js';
import { shortSignalName, signalOf } from './names/signals.js';

/** A -e expression that cannot be understood. */
export class StraceExpressionError extends Error {}

/** Which calls and signals are shown: strace's -e trace= and -e signal= expressions. */
export class StraceFilter {
  private call: (name: string) => boolean = () => true;
  private signal: (signo: number) => boolean = () => true;

  /**
   * @param knownCalls names of every system call
   * @throws StraceExpressionError
   */
  constructor(expressions: readonly string[], knownCalls: ReadonlySet<string>) {
    for (const expression of expressions) this.add(expression, knownCalls);
  }

  showsCall(name: string): boolean {
    return this.call(name);
  }

  showsSignal(signo: number): boolean {
    return this.signal(signo);
  }

  private add(expression: string, knownCalls: ReadonlySet<string>): void {
    const [, qualifier = 'trace', value = ''] = /^(?:([a-z]+)=)?(.*)$/s.exec(expression)!;
    switch (qualifier) {
      case 't':
      case 'trace':
        this.call = chooser(value, (item) => callMatcher(item, knownCalls));
        return;
      case 's':
      case 'signal':
      case 'signals': {
        const chosen = chooser(value, signalMatcher);
        this.signal = (signo) => chosen(shortSignalName(signo));
        return;
      }
      default:
        throw new StraceExpressionError(`-e ${expression}: only trace= and signal= are known`);
    }
  }
}

type Matcher = (name: string) => boolean;

/** A list of items, a leading ! inverts it; all and none. */
function chooser(value: string, matcherOf: (item: string) => Matcher): Matcher {
  if (value === 'all') return () => true;
  if (value === 'none') return () => false;
  const inverted = value.startsWith('!');
  const matchers = value
    .slice(inverted ? 1 : 0)
    .split(',')
    .map((item) => (item === 'all' ? () => true : item === 'none' ? () => false : matcherOf(item)));
  return (name) => matchers.some((matches) => matches(name)) !== inverted;
}

/** NAME, ?NAME (may be unknown), %CLASS or CLASS, /REGEX. */
function callMatcher(item: string, knownCalls: ReadonlySet<string>): Matcher {
  if (item.startsWith('/')) {
    try {
      const pattern = new RegExp(item.slice(1));
      return (name) => pattern.test(name);
    } catch {
      throw new StraceExpressionError(`invalid system call '${item}'`);
    }
  }
  const optional = item.startsWith('?');
  const name = optional ? item.slice(1) : item;
  const members = name.startsWith('%') || !knownCalls.has(name) ? callClass(name) : undefined;
  if (members) return (each) => members.has(each);
  if (!optional && !knownCalls.has(name)) throw new StraceExpressionError(`invalid system call '${item}'`);
  return (each) => each === name;
}

function signalMatcher(item: string): Matcher {
  const signo = signalOf(item);
  if (signo === undefined) throw new StraceExpressionError(`invalid signal '${item}'`);
  const name = shortSignalName(signo);
  return (each) => each === name;
}
