export function element<K extends keyof HTMLElementTagNameMap>(name: K, text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

export function heading(text: string): HTMLElement {
  return element('h2', text);
}

/** A canvas of this height, with what a reader without eyes for it is told. */
export function chartBox(label: string, height: number): { box: HTMLElement; canvas: HTMLCanvasElement } {
  const box = element('div');
  box.className = 'chart';
  box.style.height = `${height}px`;
  const canvas = element('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  box.append(canvas);
  return { box, canvas };
}

/** Three digits that say something. */
export function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** On a logarithmic scale: 1, 2 and 5 of every decade have a number. */
export function tick(value: number): string {
  const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some((one) => Math.abs(lead - one) < 1e-6) ? String(Number(value.toPrecision(3))) : '';
}
