// Who this is, what to beware of, and how fresh it all is. It stays in sight.
import { useEffect } from 'preact/hooks';
import { Chip } from '../parts/chip.tsx';
import { useAnswer } from '../parts/answer.ts';
import { rememberPatient } from '../recent_patients.ts';
import { withParameters } from '../api.ts';
import { age, today } from '../text/age.ts';
import { day, recorded } from '../text/date.ts';
import { genderAndSex, personName } from '../text/word.ts';
import { allergyText } from './allergy_text.ts';
import type { ChartView } from './chart_store.ts';
import { useArrived } from './context.ts';
import { SiteList } from './site_news.tsx';
import type { Alerts, Chart, Patient } from './types.ts';
import { ValueButton } from './value_button.tsx';
import { WriteButton } from './write/writing.tsx';

// Numbers of other papers: they say who somebody is, but no clinic calls a patient by them.
const papers = /us-ssn|passport|urn:oid:2\.16\.840\.1\.113883\.4\.3\./;

// Of several identifiers the shortest is the one people say.
function identifiersOf(patient: Patient): string[] {
  const own = (patient.identifiers ?? []).filter((one) => !papers.test(one.system ?? ''));
  const values = own.map((one) => one.value ?? '').filter(Boolean);
  return [...new Set(values)].sort((a, b) => a.length - b.length);
}

export function ageAndBirth(patient: Patient, on: string): string {
  if (!patient.birth_date) return 'birth date not recorded';
  const died = typeof patient.deceased === 'string' ? patient.deceased : null;
  const atDeath = died !== null && died.slice(0, 10) <= on.slice(0, 10);
  const years = age(patient.birth_date, atDeath ? died : on);
  return [years && `${years}${atDeath ? ' at death' : ''}`, `born ${day(patient.birth_date)}`].filter(Boolean).join(', ');
}

function Deceased({ patient }: { patient: Patient }) {
  if (!patient.deceased) return null;
  return <Chip tone="danger">{typeof patient.deceased === 'string' ? `Died ${day(patient.deceased)}` : 'Deceased'}</Chip>;
}

function AllergyLine({ chart }: { chart: Chart }) {
  const { items, state, none_known: none, more } = chart.allergies;
  const arrived = useArrived();
  if (state === 'not_asked') return <Chip tone="warn">Allergies: not asked</Chip>;
  return (
    <>
      <span class="quiet">{items.length === 1 ? 'Allergy' : 'Allergies'}</span>
      {state === 'none_known' && none && <ValueButton source={none}>No known allergies</ValueButton>}
      {none && state !== 'none_known' && <Chip tone="warn">“No known allergies” stands beside these</Chip>}
      {items.map((item) => (
        <span key={item.id} class={arrived([item])}>
          <ValueButton source={item}>
            <Chip tone={item.verification === 'refuted' || (item.status && item.status !== 'active') ? 'plain' : 'danger'}>{allergyText(item)}</Chip>
          </ValueButton>
        </span>
      ))}
      {more && <Chip tone="warn">more than are shown</Chip>}
    </>
  );
}

function AlertCount({ alerts }: { alerts: Alerts | null }) {
  const inForce = alerts?.alerts.filter((one) => one.state === 'in_force') ?? [];
  const stops = inForce.filter((one) => one.tier === 'stop').length;
  const warnings = inForce.filter((one) => one.tier === 'warn').length;
  if (stops + warnings === 0) return null;
  return (
    <a href="#alerts" class="alert-count">
      {stops > 0 && <Chip tone="danger">{stops} to stop for</Chip>}
      {warnings > 0 && <Chip tone="warn">{warnings} warning{warnings === 1 ? '' : 's'}</Chip>}
    </a>
  );
}

interface Namesakes { total?: number; entry?: { resource: { id: string; birthDate?: string } }[] }

// The same family and given name: somebody may be on the wrong chart.
function Namesake({ patient }: { patient: Patient }) {
  const { family, given } = patient.name ?? {};
  const path = family && given ? withParameters('/fhir/Patient', { 'family:exact': family, 'given:exact': given.split(' ')[0], _elements: 'birthDate', _count: 5 }) : null;
  const others = (useAnswer<Namesakes>(path).body?.entry ?? []).map((one) => one.resource).filter((one) => one.id !== patient.id);
  const [first] = others;
  if (!first) return null;
  return <a href={`/patients/${first.id}`}><Chip tone="warn">Same name: {others.length === 1 ? `born ${day(first.birthDate) || 'unknown'}` : `${others.length} others`}</Chip></a>;
}

function Freshness({ view, asOf }: { view: ChartView; asOf: string | null }) {
  if (asOf) return null;
  const at = view.answeredAt ? recorded(new Date(view.answeredAt).toISOString()).split(', ')[1] : '';
  const seconds = view.answeredAt ? `:${String(new Date(view.answeredAt).getSeconds()).padStart(2, '0')}` : '';
  if (view.line.state === 'lost') {
    return <Chip tone="danger">Connection lost; as of {at}{seconds}</Chip>;
  }
  return (
    <span class="fresh" title={view.chart ? `position ${view.chart.position}` : undefined}>
      <span class={view.line.state === 'live' ? 'dot on' : 'dot'} aria-hidden="true" />
      {view.line.state === 'live' ? 'Live' : 'Connecting'}, as of {at}{seconds}
    </span>
  );
}

export function Banner({ view, asOf, at }: { view: ChartView; asOf: string | null; at: string | null }) {
  const { chart } = view;
  const patient = chart?.patient ?? null;
  const name = personName(patient?.name);
  const [identifier, ...others] = patient ? identifiersOf(patient) : [];
  const on = at ?? (asOf && chart?.as_of?.newest ? chart.as_of.newest : today());
  useEffect(() => {
    if (patient) rememberPatient({ id: patient.id, name, rest: `born ${day(patient.birth_date)}` });
    if (patient) document.title = `${name} · Chartlog`;
  }, [patient?.id, name]);
  if (!chart) return null;
  return (
    <header class="banner" aria-label="Patient">
      <div class="line">
        <h1>{patient ? name : 'Patient not yet recorded'}</h1>
        {patient && <span>{genderAndSex(patient.gender, patient.birth_sex)}</span>}
        {patient && <span>{ageAndBirth(patient, on)}</span>}
        {identifier && <span class="quiet" title={others.join('\n')}>{identifier}{others.length > 0 && ` +${others.length}`}</span>}
        {patient && <Deceased patient={patient} />}
        {chart.pregnancy && !patient?.deceased && <ValueButton source={chart.pregnancy}><Chip tone="warn">Pregnant, known since {day(chart.pregnancy.known)}</Chip></ValueButton>}
        {patient && <Namesake patient={patient} />}
        <Freshness view={view} asOf={asOf} />
      </div>
      <div class="line allergies">
        <AllergyLine chart={chart} />
        <WriteButton form={{ kind: 'allergy' }} word="Add allergy" />
        <AlertCount alerts={view.alerts} />
      </div>
      <SiteList sites={chart.sites} />
    </header>
  );
}
