// The whole medication list, by state; what is over comes last and folded.
import { useState } from 'preact/hooks';
import { Nothing, Section } from '../parts/section.tsx';
import type { ChartView } from './chart_store.ts';
import { useChartContext } from './context.ts';
import { MedicationRows, stateTitles } from './medication_rows.tsx';
import { medicationStates, type MedicationState } from './types.ts';
import { useOpenForm, WriteButton } from './write/writing.tsx';
import { AlertList } from './alert_list.tsx';

const folded: ReadonlySet<MedicationState> = new Set(['past', 'given', 'cancelled']);
const shownFirst = 30;

export function MedicationPage({ view}: { view: ChartView }) {
  const { patient, at } = useChartContext();
  const canWrite = useOpenForm() !== null;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const list = view.medications;
  if (view.partErrors.medications) return <p class="panel danger">{view.partErrors.medications}</p>;
  if (!list) return null;
  const toggle = (state: string) => {
    const next = new Set(open);
    if (!next.delete(state)) next.add(state);
    setOpen(next);
  };
  const present = medicationStates.filter((state) => (list[state] ?? []).length > 0);
  return (
    <div class="columns wide-first">
      <div>
        {present.length === 0 && (
          <Section title="Medications" actions={<WriteButton form={{ kind: 'order' }} word="Order" />}>
            <Nothing>{list.state === 'none_known' ? 'No medication, as was said.' : 'Not asked: nothing is recorded.'}</Nothing>
          </Section>
        )}
        {present.map((state) => {
          const lines = list[state]!;
          const shown = folded.has(state) && !open.has(state) ? [] : open.has(state) || !folded.has(state) ? lines : lines.slice(0, shownFirst);
          return (
            <Section key={state} title={stateTitles[state]} count={lines.length} actions={<>
              {state === present[0] && <WriteButton form={{ kind: 'order' }} word="Order" />}
              {state === present[0] && canWrite && <a href={`/patients/${encodeURIComponent(patient)}/reconcile`}>Reconcile lists</a>}
                    {folded.has(state) && <button type="button" class="plain" aria-expanded={open.has(state)} onClick={() => toggle(state)}>{open.has(state) ? 'Hide' : 'Show'}</button>}
            </>}>
              {shown.length > 0 && <MedicationRows lines={shown} alerts={view.alerts?.alerts ?? []} label={stateTitles[state]} />}
            </Section>
          );
        })}
        <p class="quiet small">{list.notice}{list.knowledge ? ` (knowledge ${list.knowledge.version})` : ''}</p>
      </div>
      <div>
        {view.partErrors.alerts && <p class="panel danger">{view.partErrors.alerts}</p>}
        {view.alerts ? <AlertList alerts={view.alerts} /> : at && <Nothing>Alerts are not judged about another day.</Nothing>}
      </div>
    </div>
  );
}
