// Who looked at a record, and what anybody looked at: newest first.
import { withParameters } from '../api.ts';
import { Chip } from '../parts/chip.tsx';
import { Choice } from '../parts/choice.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePages } from '../parts/pages_of.ts';
import { usePeople, type People } from '../parts/people.ts';
import { PersonLink } from '../parts/person_link.tsx';
import { Nothing } from '../parts/section.tsx';
import { recorded } from '../text/date.ts';
import { agentText, counted, kindWord, whatText } from './audit_text.ts';
import { Filters } from './filters.tsx';
import { ask, type Asked } from './parameters.ts';
import { PatientBox } from './patient_box.tsx';
import { RemovedNote } from './removed_note.tsx';
import type { Access, AccessPage, OwnAccessPage } from './types.ts';

const patientsMax = 3;  // named in a row

export function AccessRow({ access, people, withPatients }: { access: Access; people: People; withPatients: boolean }) {
  const more = access.patients.length - patientsMax;
  return (
    <tr>
      <td class="nowrap">{recorded(access.time)}</td>
      <td>{agentText(access.agent)}{access.purpose && <div class="quiet small">purpose {access.purpose}</div>}</td>
      <td>{access.outcome === 'success' ? kindWord(access.kind) : <Chip tone={access.outcome === 'refused' ? 'warn' : 'danger'}>{access.outcome} ({access.status})</Chip>}<div class="small">{whatText(counted(access.resources))}</div></td>
      {withPatients && <td>{access.patients.slice(0, patientsMax).map((id) => <PersonLink key={id} id={id} people={people} />)}{more > 0 && <span class="quiet small">and {more} more</span>}</td>}
      <td class="query" data-label="Asked"><span class="id">{access.method} {access.query}</span>{(access.recipient ?? access.peer) && <div class="quiet small">{access.recipient ? `to ${access.recipient}` : `from ${access.peer}`}</div>}</td>
    </tr>
  );
}

function All({ asked }: { asked: Asked }) {
  const parameters = { patient: asked.patient, agent: asked.agent, purpose: asked.purpose, outcome: asked.outcome, from: asked.from, to: asked.to };
  const list = usePages<AccessPage>(withParameters('/audit/access', { ...parameters, _count: 50 }));
  const accesses = list.pages.flatMap((page) => page.accesses);
  const withPatients = !asked.patient;
  const people = usePeople(withPatients ? accesses.flatMap((one) => one.patients.slice(0, patientsMax)) : []);
  return (
    <>
      <div class="toolbar no-print">
        <span class="quiet">{list.pages.length > 0 && `${accesses.length} entr${accesses.length === 1 ? 'y' : 'ies'}${list.next ? ' shown, more are there' : ''}`}</span>
        <a class="button" href={withParameters('/audit/access', { ...parameters, format: 'csv', _count: 1000 })} download="accesses.csv">Export CSV</a>
        <a href={withParameters('/audit/access', { ...parameters, format: 'html', _count: 1000 })}>Plain list to print</a>
      </div>
      {list.error && <ErrorPanel error={list.error} retry={list.again} />}
      <RemovedNote before={list.pages[0]?.removed_before} />
      {list.pages.length > 0 && accesses.length === 0 && <Nothing>Nobody, as far as this was recorded.</Nothing>}
      {accesses.length > 0 && (
        <table class="accesses stacked" aria-label="Accesses">
          <thead><tr><th>Time</th><th>Who</th><th>What</th>{withPatients && <th>Patients</th>}<th>Asked</th></tr></thead>
          <tbody>{accesses.map((one) => <AccessRow key={one.id} access={one} people={people} withPatients={withPatients} />)}</tbody>
        </table>
      )}
      {list.next && <p><button type="button" disabled={list.loading} onClick={list.more}>{list.loading ? 'Asking …' : '50 more'}</button></p>}
    </>
  );
}

function AsThePatientReads({ asked }: { asked: Asked }) {
  const list = usePages<OwnAccessPage>(withParameters(`/charts/${encodeURIComponent(asked.patient!)}/access`, { from: asked.from, to: asked.to, _count: 50 }));
  const accesses = list.pages.flatMap((page) => page.accesses);
  return (
    <>
      {list.error && <ErrorPanel error={list.error} retry={list.again} />}
      <RemovedNote before={list.pages[0]?.removed_before} />
      {accesses.length > 0 && (
        <table class="stacked" aria-label="Accesses as the patient reads them">
          <thead><tr><th>Time</th><th>Who</th><th>How</th><th>What</th></tr></thead>
          <tbody>
            {accesses.map((one, i) => (
              <tr key={i}><td class="nowrap">{recorded(one.time)}</td><td>{agentText({ subject: one.who, role: one.role, site: one.site })}{one.purpose && <div class="quiet small">purpose {one.purpose}</div>}</td><td>{one.how}{one.recipient && ` to ${one.recipient}`}</td><td>{whatText(one.what) || 'nothing of the record itself'}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      {list.next && <p><button type="button" onClick={list.more}>50 more</button></p>}
    </>
  );
}

export function AccessPart({ asked }: { asked: Asked }) {
  const own = asked.as === 'patient' && Boolean(asked.patient);
  return (
    <>
      <header class="page-head"><h1>Who looked</h1><p class="quiet">Each read, search, feed and operation, allowed or refused, as it was recorded; looking here is recorded too.</p></header>
      <PatientBox patient={asked.patient ?? ''} choose={(patient) => ask(asked, { patient, as: null })} />
      {asked.patient && <div class="toolbar no-print"><Choice label="Told as" options={[{ value: 'all', word: 'Everything recorded' }, { value: 'patient', word: 'As the patient reads it' }]} chosen={own ? 'patient' : 'all'} choose={(as) => ask(asked, { as: as === 'all' ? null : as })} /></div>}
      <Filters asked={asked} fields={own ? ['from', 'to'] : ['agent', 'from', 'to', 'purpose', 'outcome']} />
      {own ? <AsThePatientReads asked={asked} /> : <All asked={asked} />}
    </>
  );
}
