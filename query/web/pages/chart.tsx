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
import type { Chart, Source } from '../chart/types.ts';
import { useCurrentPatient } from '../chart/write/current_patient.ts';
import { OpenedForm, OpenForm, type Form } from '../chart/write/writing.tsx';
import { useChart } from '../chart/use_chart.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { useCurrentInSight } from '../parts/tabs.tsx';
import { withParameters } from '../api.ts';
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

// What ages and "ago" count from: the end of the day asked about, else of what was known; null: now.
function judgedAt(asOf: string | null, at: string | null, chart: Chart | null | undefined): number | null {
  const newest = asOf ? chart?.as_of?.newest : undefined;
  const then = at ? (at.includes('T') ? at : `${at}T23:59:59Z`) : newest;
  return then ? Date.parse(then) : null;
}

interface PartsProps { part: string; addressOf(part: string): string; timeOpen: boolean; openTime(): void }

function Parts({ part, addressOf, timeOpen, openTime }: PartsProps) {
  const row = useCurrentInSight(part);
  return (
    <nav class="parts" aria-label="Parts of the chart" ref={row}>
      {parts.map((one) => <a href={addressOf(one.path)} aria-current={(part === 'reconcile' ? 'medications' : part) === one.path ? 'page' : undefined}>{one.word}</a>)}
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
  const [timeOpen, setTimeOpen] = useState(address.searchParams.has('asOf') || address.searchParams.has('at'));
  const [form, setForm] = useState<Form | null>(null);
  const compares = part === 'compare';
  const { view, store } = useChart(patient, compares ? null : address.searchParams.get('asOf'), compares ? null : address.searchParams.get('at'));
  const asOf = store?.asOf ?? null, at = store?.at ?? null;  // of what is shown, not of what was asked just now
  const isPast = asOf !== null || at !== null;
  const moments = useMoments(patient, timeOpen || compares || asOf !== null, asOf ? undefined : view?.chart?.position);
  const base = `/patients/${encodeURIComponent(patient)}`;
  const addressOf = useCallback((to: string) => withParameters(to ? `${base}/${to}` : base, { asOf, at }), [base, asOf, at]);
  const opened = sourceIn(address.searchParams.get('history'));
  const openHistory = useCallback((source: Source) => go(addressWith({ history: `${source.type}/${source.id}` })), []);
  const goTo = (moments: { asOf?: string | null; at?: string | null }) => go(addressWith(moments), 'replace');
  const arrived = view?.arrived ?? new Set<string>();
  const context = useMemo(() => ({ patient, asOf, at, judgedAt: judgedAt(asOf, at, view?.chart), arrived, addressOf, openHistory }), [addressOf, view?.chart, arrived]);
  const tests = useMemo(() => (view?.chart && view.trends ? testsOf(view.chart, view.trends) : []), [view?.chart, view?.trends]);
  useEffect(() => window.scrollTo(0, 0), [part]);
  useEffect(() => setForm(null), [patient]);
  useCurrentPatient(patient);
  if (!view) return <p class="quiet">Asking …</p>;
  if (!view.chart) return <ErrorPanel error={view.error!} retry={() => void store?.load(null)}>{isPast && <p><a href={base}>Back to now</a></p>}</ErrorPanel>;
  return (
    <Context.Provider value={context}>
      <OpenForm.Provider value={isPast || compares || !view.chart.patient ? null : setForm}>
      {isPast && <PastBand name={momentName(asOf, moments, view.chart)} at={at} provisional={view.chart.as_of?.provisional ?? false} back={() => goTo({ asOf: null, at: null })} />}
      <div class={isPast ? 'top past' : 'top'}>
        <Banner view={view} asOf={asOf} at={at} />
        <Parts part={part} addressOf={addressOf} timeOpen={timeOpen} openTime={() => setTimeOpen(!timeOpen)} />
        {timeOpen && !compares && <TimeBar asOf={asOf} at={at} moments={moments} compare={addressWith({ history: null, at: null }, `${base}/compare`)} choose={(moment) => goTo({ asOf: moment })} chooseDay={(day) => goTo({ at: day })} close={() => setTimeOpen(false)} />}
      </div>
      <p class="unseen" role="status">{view.news}</p>
      {view.error && <ErrorPanel error={view.error} retry={() => void store?.load(null)} />}
      {view.chart.incomplete && <p class="panel">Not all of it is here: {view.chart.incomplete.map((one) => one.projection).join(', ')} could not be kept for this patient. Tell whoever runs the node.</p>}
      {part === '' && <Summary view={view} tests={tests} />}
      {part === 'medications' && <MedicationPage view={view} />}
      {part === 'results' && <ResultsPage view={view} tests={tests} />}
      {part === 'prevention' && <PreventionPage view={view} />}
      {part === 'record' && <RecordPage view={view} />}
      {part === 'reconcile' && !isPast && store && <ReconcilePage patient={patient} base={base} view={view} tests={tests} store={store} />}
      {compares && <Comparison patient={patient} address={address} moments={moments} />}
      {opened && <History patient={patient} source={opened} asOf={asOf} close={() => go(addressWith({ history: null }), 'replace')} />}
      {form && !isPast && store && <OpenedForm form={form} view={view} tests={tests} store={store} close={() => setForm(null)} />}
      </OpenForm.Provider>
    </Context.Provider>
  );
}
