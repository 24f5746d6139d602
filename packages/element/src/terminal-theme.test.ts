import { expect, test } from 'vitest';
import { ansiNames, contrast, darkPalette, lightPalette, MINIMUM_CONTRAST } from './terminal-theme.js';

test('contrast is WCAG 2’s', () => {
  expect(contrast('#ffffff', '#000000')).toBe(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

const palettes = [
  ['dark', '#0d1117', darkPalette, ['black']],
  ['light', '#ffffff', lightPalette, []],
] as const;

test.each(palettes)('every colour of the %s palette can be read on its screen, as it is', (_, screen, palette, background) => {
  expect(palette).toHaveLength(16);
  const low = ansiNames.filter((_name, i) => contrast(palette[i]!, screen) < MINIMUM_CONTRAST);
  expect(low).toEqual(background);
});
