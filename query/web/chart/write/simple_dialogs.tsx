// To record vital signs, a problem or an allergy.
import { useState } from 'preact/hooks';
import { typedDay } from '../../text/date.ts';
import type { Coded } from '../../text/word.ts';
import { DrugBox } from './drug_box.tsx';
import { allergy, condition, observations, transaction, vitalSigns, type AllergyDraft, type Resource } from './resources.ts';
import { SignDialog, type Writing } from './sign_dialog.tsx';

const created = (resources: readonly Resource[]) => ({
  method: 'POST' as const, path: '/fhir', body: transaction(resources.map((resource) => ({ resource, method: 'POST' as const, url: resource.resourceType }))),
});

export function VitalsDialog(props: Writing) {
  const [values, setValues] = useState<Record<string, string>>({});
  const wrong = vitalSigns.filter((sign) => {
    const text = values[sign.key] ?? '';
    return text !== '' && !(Number(text) >= sign.low && Number(text) <= sign.high);
  });
  const any = vitalSigns.some((sign) => (values[sign.key] ?? '') !== '');
  return (
    <SignDialog {...props} title="Record vital signs" act="Sign" since={props.chart.position} ready={any && wrong.length === 0} build={() => created(observations(props.chart.patient_id, values))}>
      <div class="fields-grid">
        {vitalSigns.map((sign) => (
          <label>{sign.word} ({sign.unit})
            <input type="text" inputMode="decimal" value={values[sign.key] ?? ''} aria-invalid={wrong.includes(sign)} onInput={(event) => setValues({ ...values, [sign.key]: event.currentTarget.value.trim().replace(',', '.') })} />
          </label>
        ))}
      </div>
      {wrong.length > 0 && <p class="panel" role="alert">{wrong.map((sign) => `${sign.word}: write a number from ${sign.low} to ${sign.high} ${sign.unit}`).join('; ')}.</p>}
    </SignDialog>
  );
}

export function ProblemDialog(props: Writing) {
  const [words, setWords] = useState('');
  const [onset, setOnset] = useState('');
  const date = onset.trim() === '' ? null : typedDay(onset);
  const wrong = onset.trim() !== '' && date === null;
  return (
    <SignDialog {...props} title="Add a problem" act="Sign" since={props.chart.position} ready={words.trim().length > 1 && !wrong} build={() => created([condition(props.chart.patient_id, words.trim(), date)])}>
      <label>Problem<input type="text" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
      <label>Since<input type="text" placeholder="4 Jun 2026, Jun 2026 or 2026" value={onset} aria-invalid={wrong} onInput={(event) => setOnset(event.currentTarget.value)} /></label>
      <p class="quiet small">Recorded as text, without a code: checks and measures that look for codes do not find it.</p>
    </SignDialog>
  );
}

export function AllergyDialog(props: Writing) {
  const [draft, setDraft] = useState<Omit<AllergyDraft, 'to'> & { to: Coded | null }>({ to: null, criticality: 'unable-to-assess', reaction: '', severity: '' });
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  return (
    <SignDialog {...props} title="Add an allergy" act="Sign" since={props.chart.position} ready={draft.to !== null} build={() => created([allergy(props.chart.patient_id, { ...draft, to: draft.to! })])}>
      <DrugBox patient={props.chart.patient_id} label="Allergic to" chosen={draft.to} choose={(to) => change({ to })} />
      <div class="fields-grid">
        <label>Reaction<input type="text" value={draft.reaction} onInput={(event) => change({ reaction: event.currentTarget.value })} /></label>
        <label>Severity of the reaction
          <select value={draft.severity} onChange={(event) => change({ severity: event.currentTarget.value as AllergyDraft['severity'] })}><option value="">not known</option><option>mild</option><option>moderate</option><option>severe</option></select>
        </label>
        <label>Risk of harm
          <select value={draft.criticality} onChange={(event) => change({ criticality: event.currentTarget.value as AllergyDraft['criticality'] })}><option value="unable-to-assess">not known</option><option value="low">low</option><option value="high">high</option></select>
        </label>
      </div>
    </SignDialog>
  );
}
