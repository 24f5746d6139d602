/** Several measurements of one thing. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  /** Median of the distances from the median. */
  mad: number;
  /** How many measurements. */
  count: number;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function spread(values: readonly number[]): Spread {
  const center = median(values);
  return {
    median: center,
    min: Math.min(...values),
    max: Math.max(...values),
    mad: median(values.map((value) => Math.abs(value - center))),
    count: values.length,
  };
}

/** Of positive values. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** For a normal distribution the standard deviation is so many times the MAD. */
const SIGMA_OF_MAD = 1.4826;
/** With less, the MAD says next to nothing: half the range is taken. */
const ENOUGH = 4;

/** What a single measurement may be off by: nothing in it tells. */
const ERROR_OF_ONE = 0.05;

/** Estimated standard error of the median, relative to it. */
export function relativeError({ median: center, min, max, mad, count }: Spread): number {
  if (count === 1) return ERROR_OF_ONE;
  const sigma = count < ENOUGH ? (max - min) / 2 : SIGMA_OF_MAD * mad;
  // The median of normal values spreads sqrt(pi / 2) as much as their mean.
  return (Math.sqrt(Math.PI / 2) * sigma) / Math.sqrt(count) / center;
}
