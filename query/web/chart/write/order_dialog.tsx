// To order a drug: what is typed, what the node says against it, for whom it is, signed. Whatever
// comes to the record meanwhile has it checked again.
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../../api.ts';
import type { ChangedResource } from '../../live.ts';
import { typeWord, type Coded } from '../../text/word.ts';
import type { Write } from './delivery.ts';
import { DrugBox } from './drug_box.tsx';
import { keyOfCard, OrderChecks, type CheckAnswer } from './order_checks.tsx';
import { doseUnits, doseWords, frequencies, medicationRequest, overridden, transaction, type DoseUnit, type Entry, type OrderDraft, type Resource } from './resources.ts';
import { SignDialog, type Writing } from './sign_dialog.tsx';

// What a check may rest on.
const weighty = new Set(['AllergyIntolerance', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration', 'Observation', 'Condition', 'Procedure', 'Patient']);

interface Fields extends Omit<OrderDraft, 'drug' | 'unit'> { drug: Coded | null; unit: DoseUnit | null }
const empty: Fields = { drug: null, amount: '', unit: null, often: frequencies[0]!, asNeeded: false, days: '', instructions: '' };

function complete(fields: Fields): OrderDraft | null {
  const amount = Number(fields.amount);
  const daysOk = fields.days === '' || Number.isInteger(Number(fields.days)) && Number(fields.days) > 0;
  return fields.drug && fields.unit && amount > 0 && daysOk ? { ...fields, drug: fields.drug, unit: fields.unit } : null;
}

// What the product's own name counts in: of others somebody has to say it.
function unitOf(drug: Coded | null): DoseUnit | null {
  return doseUnits.find((unit) => new RegExp(`\\b${unit.word}\\b`, 'i').test(drug?.display ?? '') && (unit.word === 'tablet' || unit.word === 'capsule')) ?? null;
}

function Form({ patient, fields, change }: { patient: string; fields: Fields; change(part: Partial<Fields>): void }) {
  const draft = complete(fields);
  return (
    <div class="fields-grid">
      <div class="whole"><DrugBox patient={patient} label="Drug" chosen={fields.drug} choose={(drug) => change({ drug, unit: unitOf(drug) ?? fields.unit })} /></div>
      <label>Amount<input type="text" inputMode="decimal" value={fields.amount} onInput={(event) => change({ amount: event.currentTarget.value.replace(',', '.') })} /></label>
      <label>Unit<select value={fields.unit?.word ?? ''} onChange={(event) => change({ unit: doseUnits.find((one) => one.word === event.currentTarget.value) ?? null })}><option value="">Choose</option>{doseUnits.map((one) => <option>{one.word}</option>)}</select></label>
      <label>How often<select value={fields.often.word} onChange={(event) => change({ often: frequencies.find((one) => one.word === event.currentTarget.value)! })}>{frequencies.map((one) => <option>{one.word}</option>)}</select></label>
      <label>For how many days<input type="text" inputMode="numeric" value={fields.days} onInput={(event) => change({ days: event.currentTarget.value })} /></label>
      <label class="tick whole"><input type="checkbox" checked={fields.asNeeded} onChange={() => change({ asNeeded: !fields.asNeeded })} /> As needed</label>
      <label class="whole">Instructions<input type="text" value={fields.instructions} onInput={(event) => change({ instructions: event.currentTarget.value })} /></label>
      <p class="whole reads">{draft ? <>Reads: <strong>{draft.drug.display}, {doseWords(draft)}</strong></> : 'A drug, an amount and its unit are wanted.'}</p>
    </div>
  );
}

interface Checking { checked: CheckAnswer | null; error: Error | null; busy: boolean }

// Asked anew whenever the draft, or what it is checked against, is another.
function useChecks(patient: string, draft: OrderDraft | null, turn: number): Checking {
  const [state, setState] = useState<Checking>({ checked: null, error: null, busy: false });
  const body = draft ? JSON.stringify({ ...medicationRequest(patient, draft, 'new', 'active'), authoredOn: undefined }) : '';
  useEffect(() => {
    if (body === '') {
      setState({ checked: null, error: null, busy: false });
      return undefined;
    }
    let current = true;
    setState((one) => ({ ...one, busy: true }));
    const timer = setTimeout(() => {
      send<CheckAnswer>('POST', `/charts/${encodeURIComponent(patient)}/medications/$check`, JSON.parse(body)).then(
        (answer) => current && setState({ checked: answer.body, error: null, busy: false }),
        (error: Error) => current && setState({ checked: null, error, busy: false }),
      );
    }, 300);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [patient, body, turn]);
  return state;
}

async function build(patient: string, draft: OrderDraft, checked: CheckAnswer, reasons: Readonly<Record<string, string>>): Promise<Write> {
  const entries: Entry[] = [];
  for (const card of checked.cards) {
    const reason = checked.override_reasons.find((one) => one.code === reasons[keyOfCard(card)]);
    if (!reason || !card.uuid || card.tier !== 'stop') continue;
    const alert = await get<Resource>(`/fhir/DetectedIssue/${card.uuid}`);
    entries.push({ resource: overridden(alert.body, reason), method: 'PUT', url: `DetectedIssue/${card.uuid}`, ifMatch: alert.etag ?? undefined });
  }
  const { id: _, ...order } = medicationRequest(patient, draft, 'new', 'active');
  const cited = entries.map((entry) => ({ reference: entry.url }));
  entries.push({ resource: { ...order, ...(cited.length ? { detectedIssue: cited } : {}) } as Resource, method: 'POST', url: 'MedicationRequest' });
  return { method: 'POST', path: '/fhir', body: transaction(entries), headers: { 'Chartlog-If-Record': checked.record } };
}

export function OrderDialog(props: Writing & { came: readonly ChangedResource[] }) {
  const { chart, came } = props;
  const patient = chart.patient_id;
  const [fields, setFields] = useState<Fields>(empty);
  const [turn, setTurn] = useState(0);
  const [again, setAgain] = useState('');
  const [reasons, setReasons] = useState<Record<string, string>>({});
  const [looked, setLooked] = useState(chart.position);
  const draft = complete(fields);
  const { checked, error, busy } = useChecks(patient, draft, turn);
  useEffect(() => {
    const relevant = came.filter((one) => weighty.has(one.type));
    if (relevant.length === 0) return;
    setAgain(`Checked again: ${[...new Set(relevant.map((one) => `${typeWord(one.type)} ${one.effect}`))].join(', ')} meanwhile.`);
    setTurn((one) => one + 1);
  }, [came]);
  useEffect(() => {
    if (checked && turn === 0) setLooked(checked.position);
  }, [checked]);
  const stops = (checked?.cards ?? []).filter((card) => card.tier === 'stop');
  const answered = stops.every((card) => reasons[keyOfCard(card)]);
  return (
    <SignDialog {...props} title="Order a medication" act={stops.length > 0 ? 'Sign against the checks' : 'Sign'} since={looked}
      ready={draft !== null && checked !== null && !busy && answered} build={() => build(patient, draft!, checked!, reasons)} overtaken={() => setTurn(turn + 1)}>
      <Form patient={patient} fields={fields} change={(part) => setFields({ ...fields, ...part })} />
      <div aria-live="polite">
        {again && <p class="panel">{again}</p>}
        {busy && <p class="quiet">Checking …</p>}
        {error && <p class="panel danger">Not checked, so it cannot be signed: {error.message} <button type="button" onClick={() => setTurn(turn + 1)}>Check again</button></p>}
        {checked && !busy && <OrderChecks checked={checked} reasons={reasons} choose={(key, code) => setReasons({ ...reasons, [key]: code })} />}
      </div>
    </SignDialog>
  );
}
