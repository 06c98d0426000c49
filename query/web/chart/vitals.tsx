// The newest vital signs in one row, each with its unit, its age and the node's flag.
import type { ComponentChildren } from 'preact';
import { Chip } from '../parts/chip.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { exactMoment } from '../text/date.ts';
import { useAgo, useArrived } from './context.ts';
import { flagWord, numeric, shownUnit, valueText, type Test } from './results.ts';
import type { Point, Source } from './types.ts';
import { ValueButton } from './value_button.tsx';

const order = ['systolic', 'heart_rate', 'respiratory_rate', 'temperature', 'oxygen_saturation', 'weight', 'height', 'bmi', 'head_circumference'];
const shortNames: Readonly<Record<string, string>> = {
  heart_rate: 'Heart rate', respiratory_rate: 'Breathing', temperature: 'Temperature', oxygen_saturation: 'Oxygen saturation', weight: 'Weight', height: 'Height', bmi: 'BMI',
};

export const sourceOf = (point: Point): Source => ({ type: 'Observation', id: point.observation, version: point.version });

function Tile({ name, points, value, unit, course }: { name: string; points: Point[]; value: string; unit: string; course: number[] }) {
  const arrived = useArrived(), ago = useAgo();
  const [newest] = points;
  if (!newest) return null;
  const flags = [...new Set(points.map((point) => flagWord(point.flag)).filter(Boolean))];
  return (
    <li class={arrived(points.map(sourceOf))}>
      <div class="name">{name}</div>
      <ValueButton source={sourceOf(newest)} title={exactMoment(newest.time)}>
        <span class="big">{value}</span> <span class="quiet">{unit}</span>
      </ValueButton>
      <div class="under">
        <span class="quiet">{ago(newest.time) || 'no time'}</span>
        {flags.map((flag) => <Chip tone={/critical/i.test(flag) ? 'danger' : 'warn'}>{flag}</Chip>)}
        {newest.mark && <Chip tone="warn">{newest.mark}</Chip>}
      </div>
      <Sparkline values={course} width={84} />
    </li>
  );
}

const courseOf = (test: Test) => test.points.slice(0, 16).map(numeric).filter((value): value is number => value !== null).reverse();

// Systolic and diastolic of one measurement are one value.
function Pressure({ systolic, diastolic }: { systolic: Test; diastolic: Test | undefined }) {
  const upper = systolic.points[0]!;
  const lower = diastolic?.points.find((point) => point.observation === upper.observation || point.time === upper.time);
  const value = lower ? `${valueText(upper)}/${valueText(lower)}` : `${valueText(upper)}/?`;
  return <Tile name="Blood pressure" points={lower ? [upper, lower] : [upper]} value={value} unit={shownUnit(upper)} course={courseOf(systolic)} />;
}

function Newest({ test, diastolic }: { test: Test; diastolic: Test | undefined }) {
  const [newest] = test.points;
  if (!newest) return null;
  if (test.series === 'systolic') return <Pressure systolic={test} diastolic={diastolic} />;
  return <Tile name={shortNames[test.series] ?? test.name} points={[newest]} value={valueText(newest)} unit={shownUnit(newest)} course={courseOf(test)} />;
}

// As many places as there will be values, so that what stands below does not move when they come.
function Places({ count, why }: { count: number; why: string }) {
  return (
    <ul class="vitals">
      {Array.from({ length: count }, (_, i) => (
        <li key={i}><div class="name quiet">{i === 0 ? why : '\u00a0'}</div><span class="big">&nbsp;</span><div class="under">&nbsp;</div><svg class="sparkline" width={84} height={18} aria-hidden="true" /></li>
      ))}
    </ul>
  );
}

// `unknown`: why there is nothing yet, where values have not been answered. That is not "none".
export function Vitals({ tests, unknown, expected = 0, actions }: { tests: Test[]; unknown?: string; expected?: number; actions: ComponentChildren }) {
  const named = new Map(tests.map((test) => [test.series, test]));
  const shown = order.map((series) => named.get(series)).filter((test): test is Test => test !== undefined);
  return (
    <div class="vitals-row">
      {shown.length === 0
        ? unknown && expected > 0 ? <Places count={expected} why={unknown} /> : <p class="nothing">{unknown ?? 'No vital sign is recorded.'}</p>
        : <ul class="vitals" aria-label="Newest vital signs">{shown.map((test) => <Newest key={test.series} test={test} diastolic={named.get('diastolic')} />)}</ul>}
      <div class="no-print">{actions}</div>
    </div>
  );
}
