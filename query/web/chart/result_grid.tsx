// Tests by time: panels fold, the newest is left, the course stands beside the name.
import { useState } from 'preact/hooks';
import { Chip } from '../parts/chip.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { exactMoment, moment } from '../text/date.ts';
import { useAgo, useArrived } from './context.ts';
import { columnOf, flagWord, numeric, valueText, valueWithUnit, type Panel, type Test } from './results.ts';
import type { Point } from './types.ts';
import { ValueButton } from './value_button.tsx';
import { sourceOf } from './vitals.tsx';

const courseOf = (test: Test) => test.points.slice(0, 20).map(numeric).filter((value): value is number => value !== null).reverse();

export function Marks({ point }: { point: Point }) {
  const flag = flagWord(point.flag);
  return (
    <>
      {flag && <Chip tone={point.flag?.critical ? 'danger' : 'warn'}>{flag}</Chip>}
      {point.mark && <Chip tone="past">{point.mark}</Chip>}
      {point.flag?.disagrees && <Chip tone="warn">flag disagrees with range</Chip>}
    </>
  );
}

function Cell({ points }: { points: Point[] }) {
  const arrived = useArrived();
  return (
    <td class={`number ${arrived(points.map(sourceOf)) ?? ''}`}>
      {points.map((point) => (
        <span class="cell" key={point.observation}>
          <ValueButton source={sourceOf(point)} title={`${valueWithUnit(point)}, ${exactMoment(point.time)}`}>{valueText(point)}</ValueButton>
          <Marks point={point} />
        </span>
      ))}
    </td>
  );
}

interface RowProps { test: Test; columns: string[]; chosen: boolean; choose(): void }

function Row({ test, columns, chosen, choose }: RowProps) {
  const byColumn = new Map<string, Point[]>();
  for (const point of test.points) {
    const column = columnOf(point);
    byColumn.set(column, [...(byColumn.get(column) ?? []), point]);
  }
  const course = courseOf(test);
  return (
    <tr>
      <th scope="row" title={test.title}>
        <label class="test">
          <input type="checkbox" checked={chosen} disabled={course.length === 0} onChange={choose} />
          <span>{test.name}<span class="quiet small"> {[test.unit, test.range && `(${test.range})`].filter(Boolean).join(' ')}</span></span>
          <Sparkline values={course} />
        </label>
      </th>
      {columns.map((column) => <Cell key={column} points={byColumn.get(column) ?? []} />)}
    </tr>
  );
}

// The tree: the newest value of each test, with its age and the change before.
function BriefRow({ test, chosen, choose }: Omit<RowProps, 'columns'>) {
  const arrived = useArrived(), ago = useAgo();
  const [newest, before] = test.points;
  if (!newest) return null;
  return (
    <tr class={arrived([sourceOf(newest)])}>
      <th scope="row" title={test.title}>
        <label class="test">
          <input type="checkbox" checked={chosen} disabled={courseOf(test).length === 0} onChange={choose} />
          <span>{test.name}</span><Sparkline values={courseOf(test)} />
        </label>
      </th>
      <td class="number"><ValueButton source={sourceOf(newest)} title={exactMoment(newest.time)}>{valueWithUnit(newest)}</ValueButton></td>
      <td><Marks point={newest} /></td>
      <td class="quiet nowrap more">{before ? `before: ${valueWithUnit(before)}` : ''}</td>
      <td class="quiet nowrap more">{test.range ? `${test.range} ${test.unit}` : ''}</td>
      <td class="quiet nowrap right" title={exactMoment(newest.time)}>{ago(newest.time)}</td>
    </tr>
  );
}

interface GridProps {
  panels: Panel[];
  columns: string[];
  asTree: boolean;
  chosen: ReadonlySet<string>;
  choose(series: string): void;
}

export function ResultGrid({ panels, columns, asTree, chosen, choose }: GridProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const toggle = (name: string) => {
    const next = new Set(closed);
    if (!next.delete(name)) next.add(name);
    setClosed(next);
  };
  const width = asTree ? 6 : columns.length + 1;
  return (
    <div class="grid" tabIndex={0} role="region" aria-label="Results">
      <table class={asTree ? 'tree' : 'times'}>
        {!asTree && <thead><tr><th scope="col">Test</th>{columns.map((column) => <th scope="col" class="number">{moment(column).split(', ').map((part) => <span class="block">{part}</span>)}</th>)}</tr></thead>}
        {panels.map((panel) => (
          <tbody key={panel.name}>
            <tr class="panel-row">
              <th colSpan={width} scope="rowgroup">
                <button type="button" class="plain" aria-expanded={!closed.has(panel.name)} onClick={() => toggle(panel.name)}>
                  <span class="turn" aria-hidden="true" />{panel.name}<span class="count">{panel.tests.length}</span>
                </button>
              </th>
            </tr>
            {!closed.has(panel.name) && panel.tests.map((test) => {
              const shared = { test, chosen: chosen.has(test.series), choose: () => choose(test.series) };
              return asTree ? <BriefRow key={test.series} {...shared} /> : <Row key={test.series} {...shared} columns={columns} />;
            })}
          </tbody>
        ))}
      </table>
    </div>
  );
}
