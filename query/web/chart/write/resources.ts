// What is written, as FHIR R4.
import type { Coded } from '../../text/word.ts';

const system = {
  ucum: 'http://unitsofmeasure.org',
  loinc: 'http://loinc.org',
  clinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  verification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  category: 'http://terminology.hl7.org/CodeSystem/condition-category',
  allergyClinical: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
  allergyVerification: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  observation: 'http://terminology.hl7.org/CodeSystem/observation-category',
  override: 'urn:chartlog:override-reason',
  snomed: 'http://snomed.info/sct',
} as const;

export type Resource = Record<string, unknown> & { resourceType: string };

const concept = (codeSystem: string, code: string, display?: string) => ({ coding: [{ system: codeSystem, code, ...(display ? { display } : {}) }] });
const subject = (patient: string) => ({ reference: `Patient/${patient}` });

// A moment on this clock, with its offset, as a clinical time is.
export function nowText(now: Date = new Date()): string {
  const offset = -now.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}

// ---- Medication orders ----
export interface DoseUnit { word: string; plural: string; code: string }
export const doseUnits: readonly DoseUnit[] = [
  { word: 'tablet', plural: 'tablets', code: '{tbl}' }, { word: 'capsule', plural: 'capsules', code: '{capsule}' }, { word: 'mg', plural: 'mg', code: 'mg' }, { word: 'mcg', plural: 'mcg', code: 'ug' },
  { word: 'g', plural: 'g', code: 'g' }, { word: 'mL', plural: 'mL', code: 'mL' }, { word: 'unit', plural: 'units', code: '[iU]' }, { word: 'puff', plural: 'puffs', code: '{puff}' }, { word: 'drop', plural: 'drops', code: '[drp]' },
];
export interface Frequency { word: string; frequency: number; period: number; unit: 'd' | 'wk' | 'h' }
export const frequencies: readonly Frequency[] = [
  { word: 'once daily', frequency: 1, period: 1, unit: 'd' }, { word: 'twice daily', frequency: 2, period: 1, unit: 'd' }, { word: 'three times daily', frequency: 3, period: 1, unit: 'd' },
  { word: 'four times daily', frequency: 4, period: 1, unit: 'd' }, { word: 'every second day', frequency: 1, period: 2, unit: 'd' }, { word: 'once weekly', frequency: 1, period: 1, unit: 'wk' },
];

export interface OrderDraft {
  drug: Coded;          // without a code: text that nobody can check
  amount: string;
  unit: DoseUnit;
  often: Frequency;
  asNeeded: boolean;
  days: string;
  instructions: string;
}

// 1 tablet twice daily for 10 days: a leading zero, no trailing one.
export function doseWords(draft: OrderDraft): string {
  const amount = Number(draft.amount);
  const unit = amount === 1 ? draft.unit.word : draft.unit.plural;
  const length = draft.days ? ` for ${Number(draft.days)} day${Number(draft.days) === 1 ? '' : 's'}` : '';
  return `${amount} ${unit} ${draft.often.word}${draft.asNeeded ? ' as needed' : ''}${length}${draft.instructions ? `; ${draft.instructions.trim()}` : ''}`;
}

export function medicationRequest(patient: string, draft: OrderDraft, id: string, status: 'draft' | 'active'): Resource {
  const { frequency, period, unit: periodUnit } = draft.often;
  const bounds = draft.days ? { boundsDuration: { value: Number(draft.days), unit: 'days', system: system.ucum, code: 'd' } } : {};
  return {
    resourceType: 'MedicationRequest', id, status, intent: 'order', subject: subject(patient), authoredOn: nowText(),
    medicationCodeableConcept: draft.drug.code ? { ...concept(draft.drug.system ?? '', draft.drug.code, draft.drug.display), text: draft.drug.display } : { text: draft.drug.display },
    dosageInstruction: [{
      text: doseWords(draft), asNeededBoolean: draft.asNeeded, timing: { repeat: { frequency, period, periodUnit, ...bounds } },
      doseAndRate: [{ doseQuantity: { value: Number(draft.amount), unit: draft.unit.word, system: system.ucum, code: draft.unit.code } }],
    }],
  };
}

// ---- What comes after an order ----
// A request or statement that is over, and why.
export function ended(resource: Resource, status: 'stopped' | 'completed', reason: string): Resource {
  const words = reason.trim() ? { text: reason.trim() } : null;
  const asList = resource.resourceType === 'MedicationStatement';
  return { ...resource, status, ...(words ? { statusReason: asList ? [words] : words } : {}) };
}

// `order` in the place of `earlier`, by its route.
export function follows(order: Resource, earlier: Resource, route: unknown): Resource {
  const dosages = order.dosageInstruction as Record<string, unknown>[];
  return { ...order, priorPrescription: { reference: `MedicationRequest/${String(earlier.id)}` }, ...(route ? { dosageInstruction: dosages.map((one) => ({ ...one, route })) } : {}) };
}

interface Timed { timing?: { event?: unknown; repeat?: Record<string, unknown> } }

// A day up to which the earlier order was bounds no new one.
function unbounded<T extends Timed>(dosage: T): T {
  if (!dosage.timing) return dosage;
  const { event: _, ...timing } = dosage.timing;
  const { boundsPeriod: __, ...repeat } = timing.repeat ?? {};
  return { ...dosage, timing: { ...timing, ...(timing.repeat ? { repeat } : {}) } };
}

// The same again from now on: drug, doses and what they are for, by nobody else's name.
export function renewal(earlier: Resource): Resource {
  const kept = ['contained', 'subject', 'medicationCodeableConcept', 'medicationReference', 'category', 'reasonCode', 'reasonReference', 'courseOfTherapyType'];
  const same = Object.fromEntries(kept.filter((name) => earlier[name] !== undefined).map((name) => [name, earlier[name]]));
  const dosages = ((earlier.dosageInstruction as Timed[] | undefined) ?? []).map(unbounded);
  return {
    resourceType: 'MedicationRequest', id: 'new', status: 'active', intent: 'order', authoredOn: nowText(), ...same,
    ...(dosages.length > 0 ? { dosageInstruction: dosages } : {}), priorPrescription: { reference: `MedicationRequest/${String(earlier.id)}` },
  };
}

// The recorded alert, gone on against for this reason.
export function overridden(issue: Resource, reason: { code: string; display: string }): Resource {
  const mitigations = (issue.mitigation as unknown[] | undefined) ?? [];
  return { ...issue, status: 'final', mitigation: [...mitigations, { action: concept(system.override, reason.code, reason.display), date: nowText() }] };
}

// ---- Others ----
export function condition(patient: string, words: string, onset: string | null): Resource {
  return {
    resourceType: 'Condition', subject: subject(patient), code: { text: words }, recordedDate: nowText(), ...(onset ? { onsetDateTime: onset } : {}),
    clinicalStatus: concept(system.clinical, 'active'), verificationStatus: concept(system.verification, 'confirmed'), category: [concept(system.category, 'problem-list-item')],
  };
}

export interface AllergyDraft { to: Coded; criticality: 'low' | 'high' | 'unable-to-assess'; reaction: string; severity: '' | 'mild' | 'moderate' | 'severe' }

export function allergy(patient: string, draft: AllergyDraft): Resource {
  const reaction = draft.reaction.trim() ? [{ manifestation: [{ text: draft.reaction.trim() }], ...(draft.severity ? { severity: draft.severity } : {}) }] : [];
  return {
    resourceType: 'AllergyIntolerance', patient: subject(patient), criticality: draft.criticality, recordedDate: nowText(),
    code: draft.to.code ? { ...concept(draft.to.system ?? '', draft.to.code, draft.to.display), text: draft.to.display } : { text: draft.to.display },
    clinicalStatus: concept(system.allergyClinical, 'active'), verificationStatus: concept(system.allergyVerification, 'confirmed'), ...(reaction.length ? { reaction } : {}),
  };
}

export interface VitalSign { key: string; word: string; code: string; display: string; unit: string; ucum: string; low: number; high: number }
// `low` and `high` only catch slips of the finger; they judge nobody.
export const vitalSigns: readonly VitalSign[] = [
  { key: 'systolic', word: 'Systolic', code: '8480-6', display: 'Systolic blood pressure', unit: 'mmHg', ucum: 'mm[Hg]', low: 20, high: 350 },
  { key: 'diastolic', word: 'Diastolic', code: '8462-4', display: 'Diastolic blood pressure', unit: 'mmHg', ucum: 'mm[Hg]', low: 10, high: 250 },
  { key: 'rate', word: 'Heart rate', code: '8867-4', display: 'Heart rate', unit: '/min', ucum: '/min', low: 10, high: 350 },
  { key: 'breathing', word: 'Breathing', code: '9279-1', display: 'Respiratory rate', unit: '/min', ucum: '/min', low: 2, high: 120 },
  { key: 'temperature', word: 'Temperature', code: '8310-5', display: 'Body temperature', unit: '°C', ucum: 'Cel', low: 20, high: 46 },
  { key: 'saturation', word: 'Oxygen saturation', code: '2708-6', display: 'Oxygen saturation in Arterial blood', unit: '%', ucum: '%', low: 20, high: 100 },
  { key: 'weight', word: 'Weight', code: '29463-7', display: 'Body weight', unit: 'kg', ucum: 'kg', low: 0.2, high: 600 },
  { key: 'height', word: 'Height', code: '8302-2', display: 'Body height', unit: 'cm', ucum: 'cm', low: 20, high: 260 },
];

const loinc = (code: string, display: string) => concept(system.loinc, code, display);
const quantityOf = (sign: VitalSign, value: string) => ({ value: Number(value), unit: sign.unit, system: system.ucum, code: sign.ucum });

// One Observation a sign, blood pressure as one of two parts; all at one moment.
export function observations(patient: string, values: Readonly<Record<string, string>>): Resource[] {
  const base = { resourceType: 'Observation', status: 'final', subject: subject(patient), effectiveDateTime: nowText(), category: [concept(system.observation, 'vital-signs', 'Vital Signs')] };
  const given = vitalSigns.filter((sign) => (values[sign.key] ?? '') !== '');
  const pressure = given.filter((sign) => sign.key === 'systolic' || sign.key === 'diastolic');
  const single = given.filter((sign) => !pressure.includes(sign)).map((sign) => ({ ...base, code: loinc(sign.code, sign.display), valueQuantity: quantityOf(sign, values[sign.key]!) }));
  if (pressure.length === 0) return single;
  const parts = pressure.map((sign) => ({ code: loinc(sign.code, sign.display), valueQuantity: quantityOf(sign, values[sign.key]!) }));
  return [{ ...base, code: loinc('85354-9', 'Blood pressure panel with all children optional'), component: parts }, ...single];
}

export interface Entry { resource: Resource; method: 'POST' | 'PUT'; url: string; ifMatch?: string }

export function transaction(entries: readonly Entry[]): Resource {
  return {
    resourceType: 'Bundle', type: 'transaction',
    entry: entries.map(({ resource, method, url, ifMatch }) => ({ resource, request: { method, url, ...(ifMatch ? { ifMatch } : {}) } })),
  };
}
