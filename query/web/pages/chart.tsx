// A patient's chart: banner, parts, and what is opened over them. The address says which part is
// shown, as of when, and whose history is open, so that a link shows the same.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Banner } from '../chart/banner.tsx';
import { ComparePage } from '../chart/compare_page.tsx';
import { Context } from '../chart/context.ts';
import { History } from '../chart/history.tsx';
import { MedicationPage } from '../chart/medication_page.tsx';
import { useMoments, type Moments } from '../chart/moments.ts';
import { PreventionPage } from '../chart/prevention_page.tsx';
import { ReconcilePage } from '../chart/reconcile_page.tsx';
import { RecordPage } from '../chart/record_page.tsx';
import { ResultsPage } from '../chart/results_page.tsx';
import { testsOf } from '../chart/results.ts';
import { Summary } from '../chart/summary.tsx';
import { beforeLast, momentName, PastBand, TimeBar } from '../chart/time_bar.tsx';
import type { Source } from '../chart/types.ts';
import { useCurrentPatient } from '../chart/write/current_patient.ts';
import { OpenedForm, OpenForm, type Form } from '../chart/write/writing.tsx';
import { useChart } from '../chart/use_chart.ts';
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

function sourceIn(text: string | null): Source | null {
  const [type, id] = (text ?? '').split('/');
  return type && id ? { type, id, version: 0 } : null;
}

// The address with these parameters; null leaves one out.
function addressWith(parameters: Record<string, string | null>, path?: string): string {
  const next = new URL(location.href);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return (path ?? next.pathname) + next.search;
}

interface PartsProps { base: string; part: string; search: string; timeOpen: boolean; openTime(): void }

function Parts({ base, part, search, timeOpen, openTime }: PartsProps) {
  return (
    <nav class="parts" aria-label="Parts of the chart">
      {parts.map((one) => <a href={`${one.path ? `${base}/${one.path}` : base}${search}`} aria-current={(part === 'reconcile' ? 'medications' : part) === one.path ? 'page' : undefined}>{one.word}</a>)}
      {part !== 'compare' && <button type="button" class="plain" aria-expanded={timeOpen} onClick={openTime}>Earlier moments</button>}
    </nav>
  );
}

interface ComparisonProps { patient: string; address: URL; moments: Moments }

function Comparison({ patient, address, moments }: ComparisonProps) {
  const left = address.searchParams.get('asOf') ?? beforeLast(moments, null), right = address.searchParams.get('with');
  return <ComparePage patient={patient} left={left} right={right} moments={moments} choose={(asOf, later) => go(addressWith({ asOf, with: later }), 'replace')} />;
}

export function ChartPage({ names, address }: PageProps) {
  const patient = names.id!, part = names.rest ?? '';
  const [timeOpen, setTimeOpen] = useState(address.searchParams.has('asOf'));
  const [form, setForm] = useState<Form | null>(null);
  const compares = part === 'compare';
  const { view, store } = useChart(patient, compares ? null : address.searchParams.get('asOf'));
  const asOf = store?.asOf ?? null;  // of what is shown, not of what was asked just now
  const moments = useMoments(patient, timeOpen || compares || asOf !== null, asOf ? undefined : view?.chart?.position);
  const base = `/patients/${encodeURIComponent(patient)}`;
  const opened = sourceIn(address.searchParams.get('history'));
  const openHistory = useCallback((source: Source) => go(addressWith({ history: `${source.type}/${source.id}` })), []);
  const goTo = (moment: string | null) => go(addressWith({ asOf: moment }), 'replace');
  const arrived = view?.arrived ?? new Set<string>();
  const context = useMemo(() => ({ patient, asOf, arrived, openHistory }), [patient, asOf, arrived]);
  const tests = useMemo(() => (view?.chart && view.trends ? testsOf(view.chart, view.trends) : []), [view?.chart, view?.trends]);
  useEffect(() => window.scrollTo(0, 0), [part]);
  useEffect(() => setForm(null), [patient]);
  useCurrentPatient(patient);
  if (!view) return <p class="quiet">Asking …</p>;
  if (!view.chart) return <ErrorPanel error={view.error!} retry={() => void store?.load(null)}>{asOf && <p><a href={base}>Back to now</a></p>}</ErrorPanel>;
  return (
    <Context.Provider value={context}>
      <OpenForm.Provider value={asOf || compares || !view.chart.patient ? null : setForm}>
      {asOf && <PastBand name={momentName(asOf, moments, view.chart)} provisional={view.chart.as_of?.provisional ?? false} back={() => goTo(null)} />}
      <div class={asOf ? 'top past' : 'top'}>
        <Banner view={view} asOf={asOf} />
        <Parts base={base} part={part} search={asOf ? `?asOf=${encodeURIComponent(asOf)}` : ''} timeOpen={timeOpen} openTime={() => setTimeOpen(!timeOpen)} />
        {timeOpen && !compares && <TimeBar asOf={asOf} moments={moments} compare={addressWith({ history: null }, `${base}/compare`)} choose={goTo} close={() => setTimeOpen(false)} />}
      </div>
      <p class="unseen" role="status">{view.news}</p>
      {view.error && <ErrorPanel error={view.error} retry={() => void store?.load(null)} />}
      {view.chart.incomplete && <p class="panel">Not all of it is here: {view.chart.incomplete.map((one) => one.projection).join(', ')} could not be kept for this patient. Tell whoever runs the node.</p>}
      {part === '' && <Summary view={view} tests={tests} base={base} />}
      {part === 'medications' && <MedicationPage view={view} />}
      {part === 'results' && <ResultsPage view={view} tests={tests} />}
      {part === 'prevention' && <PreventionPage view={view} />}
      {part === 'record' && <RecordPage view={view} />}
      {part === 'reconcile' && !asOf && store && <ReconcilePage patient={patient} base={base} view={view} tests={tests} store={store} />}
      {compares && <Comparison patient={patient} address={address} moments={moments} />}
      {opened && <History patient={patient} source={opened} asOf={asOf} close={() => go(addressWith({ history: null }), 'replace')} />}
      {form && !asOf && store && <OpenedForm form={form} view={view} tests={tests} store={store} close={() => setForm(null)} />}
      </OpenForm.Provider>
    </Context.Provider>
  );
}
