// Figures of a machine: rates, bytes, seconds, with their units.
export function perSecond(value: number | null): string {
  if (value === null) return '–';
  return `${value >= 100 ? Math.round(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2).replace(/\.?0+$/, '') || '0'}/s`;
}

const steps = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export function bytes(value: number): string {
  let at = 0, left = value;
  while (left >= 1000 && at < steps.length - 1) {
    left /= 1000;
    at += 1;
  }
  return `${at === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${steps[at]}`;
}

export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds === Infinity) return 'longer';
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}
