// Results as a tree or as a grid of tests and times; chosen ones are drawn above.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Nothing, Section } from '../parts/section.tsx';
import type { ChartView } from './chart_store.ts';
import { ResultGrid } from './result_grid.tsx';
import { columnsOf, panelsIn, type Test } from './results.ts';
import { TrendChart } from './trend_chart.tsx';
import type { Detected } from './types.ts';
import { day, namedDates } from '../text/date.ts';

const kinds: readonly { word: string; kind: Test['kind'] | null }[] = [
  { word: 'Laboratory', kind: 'laboratory' }, { word: 'Vital signs', kind: 'vital' }, { word: 'Findings', kind: 'other' }, { word: 'All', kind: null },
];

const columnsFor = (width: number) => Math.max(1, Math.min(9, Math.floor((width - 320) / 96)));

function useColumnCount(): number {
  const [count, setCount] = useState(() => columnsFor(window.innerWidth));
  useEffect(() => {
    const read = () => setCount(columnsFor(window.innerWidth));
    window.addEventListener('resize', read);
    return () => window.removeEventListener('resize', read);
  }, []);
  return count;
}

const shownDetected = 3;

function DetectedRow({ one }: { one: Detected }) {
  return (
    <li>
      <strong>{day(one.time.slice(0, 10))}</strong> {namedDates(one.reason.replace('{1.73_m2}', '1.73 m²'))}
      <details><summary>Rule</summary><p class="quiet small">{namedDates(`${one.claim}. ${one.source}${one.section ? `, ${one.section}` : ''}`)}</p></details>
    </li>
  );
}

function DetectedTrends({ detected }: { detected: Detected[] }) {
  if (detected.length === 0) return null;
  const earlier = detected.slice(shownDetected);
  return (
    <Section title="Trends worth saying" count={detected.length} note="rules are not clinically reviewed">
      <ul class="alerts brief">{detected.slice(0, shownDetected).map((one) => <DetectedRow key={one.rule + one.time} one={one} />)}</ul>
      {earlier.length > 0 && <details><summary>{earlier.length} earlier</summary><ul class="alerts brief">{earlier.map((one) => <DetectedRow key={one.rule + one.time} one={one} />)}</ul></details>}
    </Section>
  );
}

export function ResultsPage({ view, tests }: { view: ChartView; tests: Test[] }) {
  const [kind, setKind] = useState<Test['kind'] | null>('laboratory');
  const [asTree, setAsTree] = useState(() => window.innerWidth < 700);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [from, setFrom] = useState(0);
  const count = useColumnCount();
  const effective = kind && tests.some((test) => test.kind === kind) ? kind : null;
  const shown = useMemo(() => tests.filter((test) => effective === null || test.kind === effective), [tests, effective]);
  const columns = useMemo(() => columnsOf(shown), [shown]);
  const choose = (series: string) => setChosen(chosen.includes(series) ? chosen.filter((one) => one !== series) : [...chosen, series].slice(-6));
  const drawn = chosen.map((series) => tests.find((test) => test.series === series)).filter((test): test is Test => test !== undefined);
  if (view.partErrors.trends) return <p class="panel danger">{view.partErrors.trends}</p>;
  if (!view.trends) return <p class="quiet">Asking …</p>;
  return (
    <>
      <DetectedTrends detected={view.trends?.detected ?? []} />
      <div class="toolbar no-print">
        <div class="choice" role="group" aria-label="Kind of result">
          {kinds.map((one) => <button type="button" aria-pressed={effective === one.kind} onClick={() => { setKind(one.kind); setFrom(0); }}>{one.word}</button>)}
        </div>
        <div class="choice" role="group" aria-label="Shown as">
          <button type="button" aria-pressed={asTree} onClick={() => setAsTree(true)}>Tree</button>
          <button type="button" aria-pressed={!asTree} onClick={() => setAsTree(false)}>Grid</button>
        </div>
        {!asTree && (
          <div class="choice" role="group" aria-label="Times">
            <button type="button" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - count))}>Newer</button>
            <button type="button" disabled={from + count >= columns.length} onClick={() => setFrom(from + count)}>Earlier</button>
          </div>
        )}
      </div>
      {drawn.length > 0 ? <TrendChart tests={drawn} /> : shown.length > 0 && <Nothing>Tick tests to draw them over time.</Nothing>}
      {shown.length === 0 ? <Nothing>No result is recorded.</Nothing> : <ResultGrid panels={panelsIn(shown)} columns={columns.slice(from, from + count)} asTree={asTree} chosen={new Set(chosen)} choose={choose} />}
      <p class="quiet small">{view.trends?.notice}{view.trends?.more ? ' Only the newest values are here.' : ''}</p>
    </>
  );
}
