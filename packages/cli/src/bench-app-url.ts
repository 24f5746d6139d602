/** The bench of a checkout. This file stands where the bundle does: in dist. */
export const benchAppUrl = new URL('../../../apps/bench/dist/main.js', import.meta.url);
