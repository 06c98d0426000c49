// The chart at a glance: what goes on, what is taken, what was measured, what is due, who was seen.
// Drawn in two steps, so that who opens it reads at once: what is in sight first, below it the rest
// after that was painted. Nothing that comes later stands above what was there.
import { useEffect, useState } from 'preact/hooks';
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
const inSight = 14;  // rows of a table on a first screen
const oneColumn = '(max-width: 900px)';  // as in chart.css

const restMax = 200;  // milliseconds, where the browser finds no rest

// Whether what was drawn first has been painted.
function usePainted(): boolean {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    const waiting = requestIdleCallback(() => setPainted(true), { timeout: restMax });
    return () => cancelIdleCallback(waiting);
  }, []);
  return painted;
}

// Why results are not there yet; undefined once they are.
const unknownResults = (view: ChartView) => (view.trends ? undefined : view.partErrors.trends ? 'Not known: results could not be read.' : 'Asking …');

// A part that could not be asked for, or not again: what stands there, if anything, is of before.
function Failed({ what, why }: { what: string; why: string | undefined }) {
  return why ? <p class="panel danger" role="alert">{what} could not be read: {why}</p> : null;
}

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
function Results({ tests, unknown }: { tests: Test[]; unknown: string | undefined }) {
  const { addressOf } = useChartContext();
  const arrived = useArrived();
  const newest = tests.filter((test) => test.kind === 'laboratory').map((test) => ({ test, point: test.points[0]! }));
  const flagged = (point: (typeof newest)[number]['point']) => (flagWord(point.flag) ? 0 : 1);
  newest.sort((a, b) => (b.point.time ?? '').slice(0, 10).localeCompare((a.point.time ?? '').slice(0, 10)) || flagged(a.point) - flagged(b.point));
  return (
    <Section title="Newest results" actions={<a href={addressOf('results')}>All</a>}>
      {newest.length === 0 && <Nothing>{unknown ?? 'No laboratory result is recorded.'}</Nothing>}
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

function Medications({ view, lines, whole }: { view: ChartView; lines: MedicationLine[]; whole: boolean }) {
  const { addressOf } = useChartContext();
  const state = view.medications?.state;
  return (
    <Section title="Medications" count={lines.length} actions={<>
      <WriteButton form={{ kind: 'order' }} word="Order" />
      <a href={addressOf('medications')}>All</a>
    </>}>
      {view.partErrors.medications && <p class="panel danger">{view.partErrors.medications}</p>}
      {lines.length === 0 && view.medications && <Nothing>{state === 'none_known' ? 'No medication, as was said.' : state === 'not_asked' ? 'Not asked: nothing is recorded.' : 'None is in force.'}</Nothing>}
      <MedicationRows lines={whole ? lines : lines.slice(0, inSight)} alerts={view.alerts?.alerts ?? []} label="Medications in force" />
    </Section>
  );
}

export function Summary({ view, tests }: { view: ChartView; tests: Test[] }) {
  const { addressOf } = useChartContext();
  const chart = view.chart!;
  const { medications } = view;
  const inForce = [...(medications?.active ?? []), ...(medications?.on_hold ?? []), ...(medications?.may_still_be_taking ?? [])];
  const painted = usePainted();
  const unknown = unknownResults(view);
  const listed = medications !== null || view.partErrors.medications !== undefined;  // nothing comes above the rest any more
  const rest = painted && listed;
  const besides = rest || !window.matchMedia(oneColumn).matches;
  return (
    <>
      <Vitals tests={tests} unknown={unknown} expected={new Set(chart.vitals.items.map((item) => item.code?.code)).size} actions={<WriteButton form={{ kind: 'vitals' }} word="Record vital signs" />} />
      <div class="columns">
        <div>
          <Medications view={view} lines={inForce} whole={painted} />
          {rest && <Failed what="Results" why={view.partErrors.trends} />}
          {rest && <Results tests={tests} unknown={unknown} />}
          {rest && <Visits chart={chart} />}
        </div>
        <div>
          {besides && <Problems chart={chart} shownMax={painted ? undefined : inSight} actions={<WriteButton form={{ kind: 'problem' }} word="Add" />} />}
          {rest && <Failed what="Alerts" why={view.partErrors.alerts} />}
          {rest && view.alerts && <AlertList alerts={view.alerts} />}
          {rest && <Failed what="What is due" why={view.partErrors.prevention} />}
          {rest && view.prevention && <DueBrief prevention={view.prevention} more={addressOf('prevention')} />}
        </div>
      </div>
    </>
  );
}
