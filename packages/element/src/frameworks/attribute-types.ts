type Flag = boolean | '';
type Numeric = number | `${number}`;
type Size = Numeric | `${number}${'k' | 'm' | 'g'}`;

/** The attributes of <ring3-machine>, as a template of a framework writes them. The README's tables say what they do. */
export interface MachineElementAttributes {
  src?: string;
  program?: string;
  argv?: string;
  env?: string;
  cwd?: string;
  uid?: Numeric;
  gid?: Numeric;
  root?: string;
  stdin?: string;
  autorun?: Flag;
  'pause-at'?: string;
  trace?: string;
  theme?: 'light' | 'dark';
  memory?: Size;
  instructions?: Numeric;
  'wall-time'?: Numeric | `${number}${'ms' | 's' | 'm'}`;
  processes?: Numeric;
  'open-files'?: Numeric;
  'output-bytes'?: Size;
  rlimits?: string;
  aslr?: 'on' | 'off';
  jit?: 'on' | 'off';
  layout?: 'compact' | 'linux';
  seed?: Numeric;
  clock?: 'real' | 'virtual';
  hostname?: string;
  debug?: string;
  worker?: 'on' | 'off';
  'worker-url'?: string;
  picker?: Flag;
  'no-drop'?: Flag;
  keep?: Flag;
  'pause-offscreen'?: Flag;
}

export interface TerminalElementAttributes {
  for?: string;
  cols?: Numeric;
  rows?: Numeric;
  'font-size'?: Numeric;
  'screen-reader'?: Flag;
  'touch-keys'?: Flag;
  theme?: 'light' | 'dark';
}

export interface FileElementAttributes {
  path?: string;
  src?: string;
  mode?: string;
}

export interface ElfElementAttributes {
  src?: string;
  theme?: 'light' | 'dark';
}

/** By tag name. */
export interface Ring3Attributes {
  'ring3-machine': MachineElementAttributes;
  'ring3-terminal': TerminalElementAttributes;
  'ring3-file': FileElementAttributes;
  'ring3-elf': ElfElementAttributes;
}
