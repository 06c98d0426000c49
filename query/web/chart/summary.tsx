// The chart at a glance: what goes on, what is taken, what was measured, what is due, who was seen.
import { Nothing, Section } from '../parts/section.tsx';
import { moment } from '../text/date.ts';
import { coded } from '../text/word.ts';
import { AlertList } from './alert_list.tsx';
import type { ChartView } from './chart_store.ts';
import { useArrived, useChartContext } from './context.ts';
import { DueBrief } from './due.tsx';
import { MedicationRows } from './medication_rows.tsx';
import { Problems } from './problems.tsx';
import { flagWord, valueWithUnit, type Test } from './results.ts';
import type { Chart, MedicationLine } from './types.ts';
import { ValueButton } from './value_button.tsx';
import { sourceOf, Vitals } from './vitals.tsx';
import { WriteButton } from './write/writing.tsx';
import { Chip } from '../parts/chip.tsx';

const shownVisits = 6, shownResults = 10;

function Visits({ chart }: { chart: Chart }) {
  const { addressOf } = useChartContext();
  const arrived = useArrived();
  const visits = chart.encounters.items.slice(0, shownVisits);
  return (
    <Section title="Visits" actions={<a href={addressOf('record')}>All</a>}>
      {visits.length === 0 && <Nothing>No visit is recorded.</Nothing>}
      <table aria-label="Newest visits">
        <tbody>
          {visits.map((visit) => (
            <tr key={visit.id} class={arrived([visit])}>
              <td><ValueButton source={visit}>{coded(visit.reason) || coded(visit.code, 'Visit')}</ValueButton><div class="quiet small">{[visit.by?.display, visit.location?.display].filter(Boolean).join(' · ')}</div></td>
              <td class="quiet nowrap right">{moment(visit.time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

// The newest value of each laboratory test, flagged ones first.
function Results({ tests }: { tests: Test[] }) {
  const { addressOf } = useChartContext();
  const arrived = useArrived();
  const newest = tests.filter((test) => test.kind === 'laboratory').map((test) => ({ test, point: test.points[0]! }));
  const flagged = (point: (typeof newest)[number]['point']) => (flagWord(point.flag) ? 0 : 1);
  newest.sort((a, b) => (b.point.time ?? '').slice(0, 10).localeCompare((a.point.time ?? '').slice(0, 10)) || flagged(a.point) - flagged(b.point));
  return (
    <Section title="Newest results" actions={<a href={addressOf('results')}>All</a>}>
      {newest.length === 0 && <Nothing>No laboratory result is recorded.</Nothing>}
      <table aria-label="Newest laboratory results">
        <tbody>
          {newest.slice(0, shownResults).map(({ test, point }) => (
            <tr key={test.series} class={arrived([sourceOf(point)])}>
              <td title={test.title}>{test.name}</td>
              <td class="number"><ValueButton source={sourceOf(point)}>{valueWithUnit(point)}</ValueButton></td>
              <td>{flagWord(point.flag) && <Chip tone={point.flag?.critical ? 'danger' : 'warn'}>{flagWord(point.flag)}</Chip>}{point.mark && <Chip tone="warn">{point.mark}</Chip>}</td>
              <td class="quiet nowrap right">{moment(point.time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Medications({ view, lines }: { view: ChartView; lines: MedicationLine[] }) {
  const { addressOf } = useChartContext();
  const state = view.medications?.state;
  return (
    <Section title="Medications" count={lines.length} actions={<>
      <WriteButton form={{ kind: 'order' }} word="Order" />
      <a href={addressOf('medications')}>All</a>
    </>}>
      {view.partErrors.medications && <p class="panel danger">{view.partErrors.medications}</p>}
      {lines.length === 0 && view.medications && <Nothing>{state === 'none_known' ? 'No medication, as was said.' : state === 'not_asked' ? 'Not asked: nothing is recorded.' : 'None is in force.'}</Nothing>}
      <MedicationRows lines={lines} alerts={view.alerts?.alerts ?? []} label="Medications in force" />
    </Section>
  );
}

export function Summary({ view, tests }: { view: ChartView; tests: Test[] }) {
  const { addressOf } = useChartContext();
  const chart = view.chart!;
  const { medications } = view;
  const inForce = [...(medications?.active ?? []), ...(medications?.on_hold ?? []), ...(medications?.may_still_be_taking ?? [])];
  return (
    <>
      <Vitals tests={tests} actions={<WriteButton form={{ kind: 'vitals' }} word="Record vital signs" />} />
      <div class="columns">
        <div>
          <Medications view={view} lines={inForce} />
          <Results tests={tests} />
          <Visits chart={chart} />
        </div>
        <div>
          <Problems chart={chart} actions={<WriteButton form={{ kind: 'problem' }} word="Add" />} />
          {view.alerts && <AlertList alerts={view.alerts} />}
          {view.prevention && <DueBrief prevention={view.prevention} more={addressOf('prevention')} />}
        </div>
      </div>
    </>
  );
}
