// The same period as it was known at the end of each month. The numbers stand in the table below.
import { day } from '../text/date.ts';
import { countText, fractionText, percent } from './measure_text.ts';
import type { MonthFigures } from './types.ts';

const width = 560, height = 170, left = 40, right = 12, top = 12, bottom = 26;

// Months since the year 0: months without a change lie between.
const monthNumber = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;

export interface Point { x: number; y: number; month: MonthFigures }

export function pointsOf(months: readonly MonthFigures[]): Point[] {
  const rated = months.filter((month) => typeof month.rate === 'number');
  const first = monthNumber(rated[0]?.known_at_end_of ?? '0000-01');
  const span = Math.max(1, monthNumber(rated.at(-1)?.known_at_end_of ?? '0000-01') - first);
  return rated.map((month) => ({
    month,
    x: left + ((monthNumber(month.known_at_end_of) - first) / span) * (width - left - right),
    y: top + (1 - month.rate!) * (height - top - bottom),
  }));
}

// A rate holds until the next month in which something moved: steps, not slopes.
function steps(points: readonly Point[]): string {
  return points.map((point, i) => (i === 0 ? `M${point.x},${point.y}` : `H${point.x}V${point.y}`)).join('');
}

function Drawn({ points }: { points: readonly Point[] }) {
  const first = points[0]!, last = points.at(-1)!;
  return (
    <svg class="rate-trend" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Rate by month, from ${percent(first.month.rate)} in ${day(first.month.known_at_end_of)} to ${percent(last.month.rate)} in ${day(last.month.known_at_end_of)}`}>
      {[0, 0.5, 1].map((rate) => {
        const y = top + (1 - rate) * (height - top - bottom);
        return <g key={rate}><line class="grid-line" x1={left} x2={width - right} y1={y} y2={y} /><text class="axis" x={left - 6} y={y + 4} text-anchor="end">{rate * 100}%</text></g>;
      })}
      <path d={steps(points)} />
      {points.map((point) => <circle key={point.month.known_at_end_of} cx={point.x} cy={point.y} r="3"><title>{day(point.month.known_at_end_of)}: {percent(point.month.rate)}</title></circle>)}
      <text class="axis" x={left} y={height - 8}>{day(first.month.known_at_end_of)}</text>
      <text class="axis" x={width - right} y={height - 8} text-anchor="end">{day(last.month.known_at_end_of)}</text>
    </svg>
  );
}

export function RateTrend({ months }: { months: readonly MonthFigures[] }) {
  const points = pointsOf(months);
  return (
    <>
      {points.length > 1 && <Drawn points={points} />}
      {points.length === 1 && <p class="quiet small">Known for one month so far; a line is drawn from the second on.</p>}
      <table class="months" aria-label="Rate as known at the end of each month">
        <thead><tr><th>As known at the end of</th><th class="number">Rate</th><th class="number">Counted</th><th class="number">Patients (n)</th></tr></thead>
        <tbody>
          {[...months].reverse().map((month) => (
            <tr key={month.known_at_end_of}><td>{day(month.known_at_end_of)}</td><td class="number">{percent(month.rate) || 'none'}</td><td class="number">{fractionText(month)}</td><td class="number">{countText(month.patients)}</td></tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
