// For whom something is about to be signed: read it before you sign.
import { today } from '../../text/age.ts';
import { ago, day } from '../../text/date.ts';
import { genderAndSex, personName } from '../../text/word.ts';
import { allergyText } from '../allergy_text.ts';
import { ageAndBirth } from '../banner.tsx';
import { valueWithUnit, type Test } from '../results.ts';
import type { Chart } from '../types.ts';

export function allergyWords(chart: Chart): string {
  const { state, items } = chart.allergies;
  if (state === 'not_asked') return 'not asked';
  if (items.length === 0) return 'no known allergies';
  return items.map(allergyText).join('; ') + (state === 'conflict' ? ' — beside “no known allergies”' : '');
}

export function Identity({ chart, tests }: { chart: Chart; tests: readonly Test[] }) {
  const patient = chart.patient;
  const weight = tests.find((test) => test.series === 'weight')?.points[0];
  if (!patient) return <p class="panel danger">This patient is not recorded yet; nothing can be signed.</p>;
  return (
    <dl class="identity" aria-label="Patient to sign for">
      <div class="name"><dt>Patient</dt><dd>{personName(patient.name)}</dd></div>
      <div><dt>Born</dt><dd>{ageAndBirth(patient, today())}, {genderAndSex(patient.gender, patient.birth_sex).toLowerCase()}</dd></div>
      <div><dt>Weight</dt><dd>{weight ? `${valueWithUnit(weight)} on ${day(weight.time?.slice(0, 10))} (${ago(weight.time, Date.now())})` : 'not recorded'}</dd></div>
      <div><dt>Allergies</dt><dd class={chart.allergies.items.length > 0 ? 'beware' : undefined}>{allergyWords(chart)}</dd></div>
    </dl>
  );
}
