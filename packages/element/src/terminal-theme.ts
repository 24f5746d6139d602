import type { ITheme } from '@xterm/xterm';

/** The sixteen colours that programs name, in their order, as the custom properties `--ring3-ansi-NAME` name them. */
export const ansiNames = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'bright-black',
  'bright-red',
  'bright-green',
  'bright-yellow',
  'bright-blue',
  'bright-magenta',
  'bright-cyan',
  'bright-white',
] as const;

/** For a dark screen. Black is for backgrounds: as text the emulator makes it lighter, as it does all that has too little contrast. */
export const darkPalette: readonly string[] = [
  ...['#30363d', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#848d97', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
];

/** For a light screen. */
export const lightPalette: readonly string[] = [
  ...['#24292f', '#cf222e', '#116329', '#7d4e00', '#0969da', '#8250df', '#1b7c83', '#6a737d'],
  ...['#57606a', '#a40e26', '#1a7f37', '#633c01', '#0550ae', '#6639ba', '#0f6b72', '#656d76'],
];

/** The least contrast of text, WCAG 2 SC 1.4.3. The emulator changes a program's own colours where they have less. */
export const MINIMUM_CONTRAST = 4.5;

/** Any CSS colour → '#rrggbb'; null: it is none. */
export function hexColour(css: string): string | null {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || !CSS.supports('color', css)) return null;
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((byte) => byte!.toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance of '#rrggbb', 0 to 1, as WCAG 2 defines it. */
export function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Contrast of two colours, 1 to 21, as WCAG 2 defines it. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** What the element's custom properties say, as the emulator wants it; the palette follows the background where they say nothing. */
export function readTheme(style: CSSStyleDeclaration): ITheme {
  const colour = (name: string, otherwise: string): string => {
    const text = style.getPropertyValue(name).trim();
    return (text && hexColour(text)) || otherwise;
  };
  const background = colour('--_screen', '#0d1117');
  const dark = contrast(background, '#ffffff') >= contrast(background, '#000000');
  const foreground = colour('--_screen-fg', dark ? '#e6edf3' : '#1b1f24');
  const palette = dark ? darkPalette : lightPalette;
  const ansi = ansiNames.map((name, i) => colour(`--ring3-ansi-${name}`, palette[i]!));
  return {
    background,
    foreground,
    cursor: colour('--ring3-cursor', foreground),
    cursorAccent: background,
    selectionBackground: colour('--ring3-selection', dark ? '#264f78' : '#add6ff'),
    ...Object.fromEntries(ansiNames.map((name, i) => [name.replace(/-(.)/, (_, letter: string) => letter.toUpperCase()), ansi[i]])),
  };
}
