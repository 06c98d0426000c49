// Whose record: found by name, birth date or identifier, as everywhere.
import { useState } from 'preact/hooks';
import { findPath } from '../find_query.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { personOf, usePeople } from '../parts/people.ts';
import { recentPatients } from '../recent_patients.ts';

interface Bundle { entry?: { resource: Parameters<typeof personOf>[0]; search?: { mode: string } }[] }

function Chosen({ patient, another }: { patient: string; another(): void }) {
  const person = usePeople([patient]).get(patient);
  return (
    <div class="chosen">
      <span><strong>{person?.name ?? patient}</strong>{person && <span class="quiet"> {person.line}</span>}</span>
      <button type="button" class="plain no-print" onClick={another}>Another patient</button>
    </div>
  );
}

function Hits({ text, choose }: { text: string; choose(patient: string): void }) {
  const answer = useAnswer<Bundle>(findPath(text, 8), 120);
  if (answer.error) return <ErrorPanel error={answer.error} retry={answer.again} />;
  const hits = (answer.body?.entry ?? []).filter((one) => one.search?.mode !== 'outcome').map((one) => personOf(one.resource));
  const recent = recentPatients();
  if (text.trim() === '' && recent.length > 0) {
    return <ul class="hits" aria-label="Looked at in this tab">{recent.map((one) => <li key={one.id}><button type="button" class="plain" onClick={() => choose(one.id)}>{one.name} <span class="quiet">{one.rest}</span></button></li>)}</ul>;
  }
  return (
    <>
      <ul class="hits" aria-label="Patients found">{hits.map((one) => <li key={one.id}><button type="button" class="plain" onClick={() => choose(one.id)}>{one.name} <span class="quiet">{one.line}</span></button></li>)}</ul>
      {answer.body && hits.length === 0 && <p class="quiet small">Nobody found. Names are matched by how their words begin, identifiers whole.</p>}
    </>
  );
}

export function PatientBox({ patient, choose }: { patient: string; choose(patient: string | null): void }) {
  const [text, setText] = useState('');
  if (patient) return <Chosen patient={patient} another={() => choose(null)} />;
  return (
    <div class="patient-box no-print">
      <label>Patient<input type="search" autocomplete="off" spellcheck={false} placeholder="Name, birth date or identifier" value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
      <Hits text={text} choose={choose} />
    </div>
  );
}
