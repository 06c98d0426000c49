// Prometheus' text format, read in the browser; rates are the difference of two reads.
export interface Sample { name: string; labels: Readonly<Record<string, string>>; value: number }
export interface Reading { at: number; samples: readonly Sample[] }  // `at`: milliseconds

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const row of text.split('\n')) {
    const found = row.startsWith('#') ? null : line.exec(row);
    if (!found) continue;
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(label)].map(([, name, value]) => [name, value!.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one))]));
    samples.push({ name: found[1]!, labels, value: found[3] === '+Inf' ? Infinity : Number(found[3]) });
  }
  return samples;
}

type Wanted = (labels: Sample['labels']) => boolean;

export function sum(samples: readonly Sample[], name: string, wanted: Wanted = () => true): number {
  return samples.reduce((total, one) => (one.name === name && wanted(one.labels) ? total + one.value : total), 0);
}

// Of a counter, a second; null: not known yet, or the node began anew in between.
export function rate(before: Reading | undefined, now: Reading | undefined, name: string, wanted?: Wanted): number | null {
  if (!before || !now || now.at <= before.at) return null;
  const difference = sum(now.samples, name, wanted) - sum(before.samples, name, wanted);
  return difference < 0 ? null : (difference * 1000) / (now.at - before.at);
}

// Upper bound of the bucket in which the share lies, in seconds; null: nothing was counted.
export function quantile(samples: readonly Sample[], name: string, share: number, wanted: Wanted = () => true, since: readonly Sample[] = []): number | null {
  const counts = new Map<number, number>();
  const add = (all: readonly Sample[], sign: number) => {
    for (const one of all) {
      if (one.name !== `${name}_bucket` || !wanted(one.labels)) continue;
      const bound = one.labels.le === '+Inf' ? Infinity : Number(one.labels.le);
      counts.set(bound, (counts.get(bound) ?? 0) + sign * one.value);
    }
  };
  add(samples, 1);
  add(since, -1);
  const bounds = [...counts.keys()].sort((a, b) => a - b);
  const all = counts.get(Infinity) ?? 0;
  if (all <= 0) return null;
  return bounds.find((bound) => counts.get(bound)! >= all * share) ?? null;
}
