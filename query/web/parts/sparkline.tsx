// The course of a test in a word's height; the numbers stand beside it.
export function Sparkline({ values, width = 72, height = 18 }: { values: readonly number[]; width?: number; height?: number }) {
  if (values.length < 2) return null;
  const low = Math.min(...values), high = Math.max(...values);
  const span = high - low || 1;
  const x = (i: number) => 2 + (i * (width - 4)) / (values.length - 1);
  const y = (value: number) => height - 3 - ((value - low) / span) * (height - 6);
  const last = values.length - 1;
  return (
    <svg class="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <polyline points={values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
      <circle cx={x(last)} cy={y(values[last]!)} r="2" />
    </svg>
  );
}
