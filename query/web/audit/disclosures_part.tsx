// An accounting of disclosures that can be handed to the patient: whole, on paper.
import { useEffect, useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { allPages } from '../parts/pages_of.ts';
import { usePeople } from '../parts/people.ts';
import { Nothing } from '../parts/section.tsx';
import { day, recorded } from '../text/date.ts';
import { agentText, kindWord, whatText } from './audit_text.ts';
import { Filters } from './filters.tsx';
import { ask, type Asked } from './parameters.ts';
import { PatientBox } from './patient_box.tsx';
import { RemovedNote } from './removed_note.tsx';
import type { Disclosure, DisclosurePage } from './types.ts';

const pagesMax = 50, atOnce = 200;

interface Report { items: Disclosure[]; cut: boolean; from: string; asked: string; removedBefore: string | undefined }

function useReport(asked: Asked, turn: number) {
  const [state, setState] = useState<{ report: Report | null; error: Error | null }>({ report: null, error: null });
  useEffect(() => {
    if (!asked.patient) return undefined;
    const stop = new AbortController();
    let from = '';
    let removedBefore: string | undefined;
    const path = withParameters('/audit/disclosures', { patient: asked.patient, from: asked.from, to: asked.to, _count: atOnce });
    allPages<DisclosurePage, Disclosure>(path, (page) => { from = page.from; removedBefore = page.removed_before; return page.disclosures; }, pagesMax, stop.signal).then(
      ({ items, cut }) => setState({ report: { items, cut, from, asked: new Date().toISOString(), removedBefore }, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ report: null, error });
      },
    );
    return () => stop.abort();
  }, [asked.patient, asked.from, asked.to, turn]);
  return state;
}

function Paper({ report, patient, to }: { report: Report; patient: string; to: string | undefined }) {
  const person = usePeople([patient]).get(patient);
  return (
    <article class="paper">
      <header>
        <h2>Accounting of disclosures</h2>
        <dl>
          <div><dt>Patient</dt><dd>{person ? `${person.name}, born ${day(person.birth)}` : patient}</dd></div>
          <div><dt>Period</dt><dd>{recorded(report.from).split(',')[0]} to {to ? day(to) : recorded(report.asked)}</dd></div>
          <div><dt>Written</dt><dd>{recorded(report.asked)}</dd></div>
          <div><dt>Disclosures</dt><dd>{report.items.length}{report.cut && ' and more: narrow the period'}</dd></div>
        </dl>
      </header>
      <RemovedNote before={report.removedBefore} />
      {report.items.length === 0 && <p>Nothing was disclosed in this period.</p>}
      {report.items.length > 0 && (
        <table class="stacked" aria-label="Disclosures">
          <thead><tr><th>Date</th><th>Recipient</th><th>What</th><th>Purpose</th></tr></thead>
          <tbody>
            {report.items.map((one) => (
              <tr key={one.id}>
                <td class="nowrap">{recorded(one.date)}</td>
                <td>{agentText(one.recipient)}{one.recipient.address && <div class="quiet small">{one.recipient.address}</div>}</td>
                <td>{kindWord(one.kind)}: {whatText(one.what) || 'nothing of the record itself'}</td>
                <td>{one.purpose}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <footer class="quiet small">Exports, subscribers, live feeds and what other sites were shown, as recorded by this site. Which of them need no accounting (treatment, payment, operations) is not decided here.</footer>
    </article>
  );
}

export function DisclosuresPart({ asked }: { asked: Asked }) {
  const [turn, setTurn] = useState(0);
  const { report, error } = useReport(asked, turn);
  return (
    <>
      <header class="page-head no-print"><h1>Disclosures</h1><p class="quiet">For whom the record left this site; six years back unless a day is given.</p></header>
      <div class="no-print"><PatientBox patient={asked.patient ?? ''} choose={(patient) => ask(asked, { patient })} /></div>
      {asked.patient && (
        <div class="toolbar no-print">
          <Filters asked={asked} fields={['from', 'to']} />
          <button type="button" disabled={!report} onClick={() => window.print()}>Print</button>
        </div>
      )}
      {error && <ErrorPanel error={error} retry={() => setTurn(turn + 1)} />}
      {!asked.patient && <Nothing>Choose a patient.</Nothing>}
      {asked.patient && report && <Paper report={report} patient={asked.patient} to={asked.to} />}
    </>
  );
}
