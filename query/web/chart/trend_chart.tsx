// Several tests over time on one canvas, with the reference range of the first as a band. Drag to
// zoom; the buttons do the same from the keyboard. The numbers themselves are in the grid.
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { day, senderClock } from '../text/date.ts';
import { number } from '../text/number.ts';
import { numeric, type Test } from './results.ts';

const year = 365.25 * 86_400;
const spans: readonly { word: string; seconds: number | null }[] = [
  { word: '3 months', seconds: year / 4 }, { word: '1 year', seconds: year }, { word: '5 years', seconds: 5 * year }, { word: 'All', seconds: null },
];

// uPlot wants one list of times and a list of values for each series, with gaps as null.
function tableOf(tests: Test[]): { times: number[]; columns: (number | null)[][] } {
  const times = new Set<number>();
  const byTest = tests.map((test) => {
    const values = new Map<number, number>();
    for (const point of test.points) {
      const at = senderClock(point.time), value = numeric(point);
      if (at === null || value === null) continue;
      values.set(at / 1000, value);
      times.add(at / 1000);
    }
    return values;
  });
  const sorted = [...times].sort((a, b) => a - b);
  return { times: sorted, columns: byTest.map((values) => sorted.map((at) => values.get(at) ?? null)) };
}

// A line of its own for each, so that no colour alone tells them apart.
const dashes: readonly number[][] = [[], [9, 4], [2, 4], [9, 4, 2, 4], [16, 5], [5, 2]];

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function bandOf(test: Test): { low?: number; high?: number } | null {
  const newest = test.points.find((point) => point.converted?.range ?? point.range);
  return newest ? newest.converted?.range ?? newest.range ?? null : null;
}

// Between the bounds of the first test, behind everything.
function drawBand(test: Test) {
  return (plot: uPlot) => {
    const band = bandOf(test);
    if (!band || (band.low === undefined && band.high === undefined)) return;
    const { left, top, width, height } = plot.bbox;
    const at = (value: number | undefined, otherwise: number) => (value === undefined ? otherwise : Math.min(top + height, Math.max(top, plot.valToPos(value, test.unit || 'y', true))));
    const upper = at(band.high, top), lower = at(band.low, top + height);
    plot.ctx.save();
    plot.ctx.fillStyle = css('--band');
    plot.ctx.fillRect(left, upper, width, lower - upper);
    plot.ctx.restore();
  };
}

// Tests with one unit share an axis; a second unit has the right one.
function optionsOf(tests: Test[], width: number, height: number): uPlot.Options {
  const units = [...new Set(tests.map((test) => test.unit || 'y'))];
  const quiet = css('--quiet'), line = css('--line');
  const axis = (scale: string, i: number): uPlot.Axis => ({
    scale, side: i === 0 ? 3 : 1, stroke: quiet, grid: { show: i === 0, stroke: line, width: 1 }, ticks: { stroke: line }, size: 58, label: scale === 'y' ? '' : scale, labelSize: 18, font: '12px Inter, system-ui', labelFont: '12px Inter, system-ui',
    values: (_, splits) => splits.map((split) => number(Number(split.toPrecision(6)))),
  });
  return {
    width, height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    padding: [12, 8, 0, 0],
    scales: { x: { time: true }, ...Object.fromEntries(units.map((scale) => [scale, {}])) },
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    legend: { show: true, live: true },
    axes: [{ stroke: quiet, grid: { show: false }, ticks: { stroke: line }, font: '12px Inter, system-ui' }, ...units.slice(0, 2).map(axis)],
    series: [
      { label: 'Time', value: (_, at) => (at === null ? '' : day(new Date(at * 1000).toISOString().slice(0, 10))) },
      ...tests.map((test, i) => ({
        label: `${test.name}${test.unit ? ` (${test.unit})` : ''}`, scale: test.unit || 'y', stroke: css(`--series-${(i % 4) + 1}`), width: 1.75, spanGaps: true, points: { show: true, size: 5 },
        dash: dashes[i % dashes.length], value: (_: uPlot, value: number | null) => (value === null ? '' : number(value)),
      })),
    ],
    hooks: tests[0] ? { drawClear: [drawBand(tests[0])] } : {},
  };
}

export function TrendChart({ tests }: { tests: Test[] }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [theme, setTheme] = useState(0);
  const drawn = tests.map((test) => `${test.series}:${test.points.length}:${test.points[0]?.version}`).join(' ');
  useEffect(() => {
    const redraw = () => setTheme((one) => one + 1);
    window.addEventListener('themechange', redraw);
    return () => window.removeEventListener('themechange', redraw);
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const height = () => Math.min(320, Math.max(220, element.clientWidth * 0.4));
    const { times, columns } = tableOf(tests);
    plot.current = new uPlot(optionsOf(tests, element.clientWidth, height()), [times, ...columns], element);
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: height() }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.current?.destroy();
    };
  }, [drawn, theme]);
  const zoom = (seconds: number | null) => {
    const times = plot.current?.data[0] ?? [];
    const last = times[times.length - 1], first = times[0];
    if (last === undefined || first === undefined) return;
    plot.current?.setScale('x', { min: seconds === null ? first : Math.max(first, last - seconds), max: last });
  };
  const summary = tests.map((test) => `${test.name}, ${test.points.length} values${test.range ? `, reference ${test.range} ${test.unit}` : ''}`).join('; ');
  return (
    <figure class="trend" aria-label={`Trend: ${summary}`}>
      <div class="spans no-print" role="group" aria-label="Span shown">
        {spans.map((span) => <button type="button" class="plain" onClick={() => zoom(span.seconds)}>{span.word}</button>)}
      </div>
      <div ref={box} />
      <figcaption class="quiet small">{tests[0]?.range ? `Band: reference range given with ${tests[0].name}, ${tests[0].range} ${tests[0].unit}. ` : ''}Drag to zoom.</figcaption>
    </figure>
  );
}
