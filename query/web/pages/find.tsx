// Find a patient: one box for name, birth date and identifier; arrows and Enter do everything.
import { useEffect, useRef, useState } from 'preact/hooks';
import { findPath } from '../find_query.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { forgetPatients, recentPatients } from '../recent_patients.ts';
import { go } from '../router.ts';
import { age, today } from '../text/age.ts';
import { day } from '../text/date.ts';
import { personName } from '../text/word.ts';

const shownMax = 20;

interface FhirPatient {
  id: string;
  name?: { use?: string; family?: string; given?: string[]; text?: string }[];
  birthDate?: string;
  gender?: string;
  identifier?: { system?: string; value?: string; type?: { text?: string; coding?: { code?: string }[] } }[];
  deceasedBoolean?: boolean;
  deceasedDateTime?: string;
}
interface Bundle { total?: number; entry?: { resource: FhirPatient; search?: { mode: string } }[]; link?: { relation: string }[] }

function nameOf(patient: FhirPatient): string {
  const name = patient.name?.find((one) => one.use === 'official') ?? patient.name?.[0];
  return personName(name && { family: name.family, given: name.given?.join(' '), text: name.text });
}

// The record number if it is called so, else the first.
function identifierOf(patient: FhirPatient): string {
  const all = patient.identifier ?? [];
  const record = all.find((one) => one.type?.coding?.some((coding) => coding.code === 'MR'));
  return (record ?? all[0])?.value ?? '';
}

function lineOf(patient: FhirPatient): string {
  const deceased = patient.deceasedDateTime ? `died ${day(patient.deceasedDateTime)}` : patient.deceasedBoolean ? 'deceased' : age(patient.birthDate, today());
  return [patient.birthDate ? day(patient.birthDate) : 'birth date not recorded', deceased, patient.gender].filter(Boolean).join(' · ');
}

function Hit({ patient, chosen, id, hover }: { patient: FhirPatient; chosen: boolean; id: string; hover(): void }) {
  return (
    <div role="option" id={id} aria-selected={chosen} onMouseMove={hover} onMouseDown={() => go(`/patients/${patient.id}`)}>
      <span class="who">{nameOf(patient)}</span>
      <span class="quiet small">{identifierOf(patient)}</span>
      <span class="rest">{lineOf(patient)}</span>
    </div>
  );
}

function RecentList() {
  const [recent, setRecent] = useState(recentPatients);
  if (recent.length === 0) return null;
  const forget = () => {
    forgetPatients();
    setRecent([]);
  };
  return (
    <section class="recent">
      <header>
        <h2>Looked at in this tab</h2>
        <button type="button" class="plain small" onClick={forget}>Forget them</button>
      </header>
      <ul>
        {recent.map((one) => (
          <li><a href={`/patients/${one.id}`}><span class="who">{one.name}</span><span class="rest">{one.rest}</span></a></li>
        ))}
      </ul>
    </section>
  );
}

function said(text: string, path: string | null, loading: boolean, hits: readonly FhirPatient[], more: boolean): string {
  if (text.trim() === '') return 'Name, birth date (4 Jun 1960 or 1960-06-04) or identifier, in any order.';
  if (path === null) return 'Go on typing: two letters of a name, a birth date or an identifier.';
  if (loading) return 'Looking …';
  if (hits.length === 0) return 'Nobody found. Names are matched by how their words begin, identifiers whole.';
  return more ? `The first ${hits.length}; type more to narrow.` : `${hits.length} found`;
}

export function FindPage() {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const path = findPath(text, shownMax);
  const answer = useAnswer<Bundle>(path, 120);
  const hits = (answer.body?.entry ?? []).filter((one) => one.search?.mode !== 'outcome').map((one) => one.resource);
  const more = (answer.body?.link ?? []).some((link) => link.relation === 'next');
  useEffect(() => input.current?.focus(), []);
  useEffect(() => setChosen(0), [answer.body]);

  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const hit = hits[chosen];
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      setChosen((chosen + step + hits.length) % hits.length);
    } else if (event.key === 'Enter' && hit && !answer.loading) {
      go(`/patients/${hit.id}`);
    } else if (event.key === 'Escape') {
      setText('');
    }
  };

  return (
    <div class="find">
      <h1 id="find-title">Find a patient</h1>
      <div class="box">
        <input ref={input} type="text" role="combobox" autocomplete="off" spellcheck={false} value={text}
          aria-labelledby="find-title" aria-describedby="find-hint" aria-expanded={hits.length > 0} aria-controls="find-hits"
          aria-activedescendant={hits.length > 0 ? `hit-${chosen}` : undefined}
          onInput={(event) => setText(event.currentTarget.value)} onKeyDown={move} />
      </div>
      <p class="hint" id="find-hint" role="status">{said(text, path, answer.loading, hits, more)}</p>
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      <div role="listbox" id="find-hits" aria-label="Patients found" hidden={hits.length === 0}>
        {hits.map((patient, i) => (
          <Hit key={patient.id} patient={patient} id={`hit-${i}`} chosen={i === chosen} hover={() => setChosen(i)} />
        ))}
      </div>
      {text.trim() === '' && <RecentList />}
    </div>
  );
}
