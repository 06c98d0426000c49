// A patient's chart: banner, parts, and what is opened over them. The address says which part is
// shown, as of when, and whose history is open, so that a link shows the same.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Banner } from '../chart/banner.tsx';
import { ChartStore, type ChartView } from '../chart/chart_store.ts';
import { Context } from '../chart/context.ts';
import { History } from '../chart/history.tsx';
import { MedicationPage } from '../chart/medication_page.tsx';
import { PreventionPage } from '../chart/prevention_page.tsx';
import { RecordPage } from '../chart/record_page.tsx';
import { ResultsPage } from '../chart/results_page.tsx';
import { testsOf } from '../chart/results.ts';
import { Summary } from '../chart/summary.tsx';
import type { Source } from '../chart/types.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';

const parts: readonly { path: string; word: string }[] = [
  { path: '', word: 'Summary' },
  { path: 'medications', word: 'Medications' },
  { path: 'results', word: 'Results' },
  { path: 'prevention', word: 'Prevention' },
  { path: 'record', word: 'Visits and notes' },
];

export function useChart(patient: string, asOf: string | null): { view: ChartView | null; store: ChartStore | null } {
  const [state, setState] = useState<{ view: ChartView | null; store: ChartStore | null }>({ view: null, store: null });
  useEffect(() => {
    const store: ChartStore = new ChartStore(patient, asOf, (view) => setState({ view, store }));
    return () => store.stop();
  }, [patient, asOf]);
  return state;
}

function sourceIn(text: string | null): Source | null {
  const [type, id] = (text ?? '').split('/');
  return type && id ? { type, id, version: 0 } : null;
}

function addressWith(address: URL, parameters: Record<string, string | null>): string {
  const next = new URL(address);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return next.pathname + next.search;
}

function Parts({ base, part, search }: { base: string; part: string; search: string }) {
  return (
    <nav class="parts" aria-label="Parts of the chart">
      {parts.map((one) => <a href={`${one.path ? `${base}/${one.path}` : base}${search}`} aria-current={part === one.path ? 'page' : undefined}>{one.word}</a>)}
    </nav>
  );
}

export function ChartPage({ names, address }: PageProps) {
  const patient = names.id!, part = names.rest ?? '';
  const asOf = address.searchParams.get('asOf');
  const { view, store } = useChart(patient, asOf);
  const base = `/patients/${encodeURIComponent(patient)}`;
  const opened = sourceIn(address.searchParams.get('history'));
  const openHistory = useCallback((source: Source) => go(addressWith(new URL(location.href), { history: `${source.type}/${source.id}` })), []);
  const close = () => go(addressWith(address, { history: null }), 'replace');
  const arrived = view?.arrived ?? new Set<string>();
  const context = useMemo(() => ({ patient, asOf, arrived, openHistory }), [patient, asOf, arrived]);
  const tests = useMemo(() => (view?.chart && view.trends ? testsOf(view.chart, view.trends) : []), [view?.chart, view?.trends]);
  if (!view || (!view.chart && !view.error)) return <p class="quiet">Asking …</p>;
  if (!view.chart) return <ErrorPanel error={view.error!} retry={() => void store?.load(null)} />;
  return (
    <Context.Provider value={context}>
      <div class="top">
        <Banner view={view} asOf={asOf} />
        <Parts base={base} part={part} search={asOf ? `?asOf=${encodeURIComponent(asOf)}` : ''} />
      </div>
      <p class="unseen" role="status">{view.news}</p>
      {view.error && <ErrorPanel error={view.error} retry={() => void store?.load(null)} />}
      {view.chart.incomplete && <p class="panel">Not all of it is here: {view.chart.incomplete.map((one) => one.projection).join(', ')} could not be kept for this patient. Tell whoever runs the node.</p>}
      {part === '' && <Summary view={view} tests={tests} base={base} />}
      {part === 'medications' && <MedicationPage view={view} />}
      {part === 'results' && <ResultsPage view={view} tests={tests} />}
      {part === 'prevention' && <PreventionPage view={view} />}
      {part === 'record' && <RecordPage view={view} />}
      {opened && <History patient={patient} source={opened} close={close} />}
    </Context.Provider>
  );
}
