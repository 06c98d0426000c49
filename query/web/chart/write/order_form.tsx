// The form of an order: drug, amount, how often; and what an earlier order fills in.
import type { Coded } from '../../text/word.ts';
import { DrugBox } from './drug_box.tsx';
import { doseUnits, doseWords, frequencies, type DoseUnit, type OrderDraft, type Resource } from './resources.ts';

export interface Fields extends Omit<OrderDraft, 'drug' | 'unit'> { drug: Coded | null; unit: DoseUnit | null }
export const empty: Fields = { drug: null, amount: '', unit: null, often: frequencies[0]!, asNeeded: false, days: '', instructions: '' };

export function complete(fields: Fields): OrderDraft | null {
  const amount = Number(fields.amount);
  const daysOk = fields.days === '' || Number.isInteger(Number(fields.days)) && Number(fields.days) > 0;
  return fields.drug && fields.unit && amount > 0 && daysOk ? { ...fields, drug: fields.drug, unit: fields.unit } : null;
}

// What the product's own name counts in: of others somebody has to say it.
function unitOf(drug: Coded | null): DoseUnit | null {
  return doseUnits.find((unit) => new RegExp(`\\b${unit.word}\\b`, 'i').test(drug?.display ?? '') && (unit.word === 'tablet' || unit.word === 'capsule')) ?? null;
}

interface Dosage {
  text?: string;
  route?: unknown;
  asNeededBoolean?: boolean;
  timing?: { repeat?: { frequency?: number; period?: number; periodUnit?: string } };
  doseAndRate?: { doseQuantity?: { value?: number; code?: string; unit?: string } }[];
}
export const dosagesOf = (order: Resource): Dosage[] => (order.dosageInstruction as Dosage[] | undefined) ?? [];

// What is sure of an earlier order; for how long it was is not asked again.
export function fieldsOf(order: Resource, drug: Coded | null): Fields {
  const dosages = dosagesOf(order);
  const [only] = dosages;
  const known = { ...empty, drug, unit: unitOf(drug) };
  if (!only || dosages.length > 1) return known;
  const quantity = only.doseAndRate?.[0]?.doseQuantity, repeat = only.timing?.repeat;
  const unit = doseUnits.find((one) => one.code === quantity?.code || one.word === quantity?.unit);
  const often = frequencies.find((one) => one.frequency === repeat?.frequency && one.period === repeat.period && one.unit === repeat.periodUnit);
  return {
    ...known, amount: quantity?.value && unit ? String(quantity.value) : '', unit: unit ?? known.unit, often: often ?? known.often, asNeeded: only.asNeededBoolean ?? false,
  };
}

// The route of an earlier order holds for the same product, and for another one of the same form.
export function routeOf(order: Resource, before: Coded | null, now: Coded): unknown {
  const form = (drug: Coded | null) => drug?.display?.split(' ').slice(-2).join(' ').toLowerCase();
  const same = before?.code !== undefined && before.code === now.code;
  return same || form(before) === form(now) ? dosagesOf(order).find((one) => one.route)?.route : undefined;
}

export function OrderForm({ patient, fields, change }: { patient: string; fields: Fields; change(part: Partial<Fields>): void }) {
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
