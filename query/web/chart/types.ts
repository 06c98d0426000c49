// What the node's JSON read models answer about a patient (query/README.md), as far as pages use it.
import type { Quantity } from '../text/number.ts';
import type { Coded, PersonName } from '../text/word.ts';

export interface Reference { reference?: string; display?: string }
export interface Source { type: string; id: string; version: number }

export interface Patient {
  id: string;
  version: number;
  name?: PersonName;
  birth_date?: string;
  gender?: string;
  birth_sex?: string;
  deceased?: string | boolean;
  identifiers?: { system?: string; value?: string }[];
}

export type Value = Quantity | Coded | string | number | boolean;

// A resource as a line: members that its type does not have are absent.
export interface Item extends Source {
  time?: string;
  end?: string;
  status?: string;
  verification?: string;
  code?: Coded;
  category?: Coded;
  severity?: Coded | string;
  by?: Reference;
  location?: Reference;
  organization?: Reference;
  reason?: Coded;
  class?: string;
  criticality?: string;
  kind?: string;
  reactions?: { manifestation?: Coded; severity?: string }[];
  value?: Value;
  components?: { code?: Coded; value?: Value }[];
  conclusion?: string;
  description?: string;
  title?: string;
  content_type?: string;
  document_status?: string;
  results?: string[];
  status_reason?: Coded;
  lot?: string;
  dose_number?: string;
  time_text?: string;
  name?: string;
}

export type ListState = 'list' | 'none_known' | 'not_asked' | 'conflict';
export interface Section { items: Item[]; more: boolean; state?: ListState; none_known?: Item }

// When a site last recorded something of this patient.
export interface SiteNews { site?: string; last: string }

export interface Chart {
  patient_id: string;
  position: string;
  patient: Patient | null;
  sites: SiteNews[];
  pregnancy?: Source & { known: string };  // absent: nobody says so, or not lately
  note?: string;
  incomplete?: { projection: string; since: string }[];
  as_of?: { asked: string; position: string; newest?: string; provisional: boolean };
  problems: Section;
  allergies: Section;
  vitals: Section;
  labs: Section;
  observations: Section;
  immunizations: Section;
  procedures: Section;
  encounters: Section;
  care_plans: Section;
  reports: Section;
  documents: Section;
  goals: Section;
}

export const medicationStates = [
  'active', 'on_hold', 'may_still_be_taking', 'planned', 'draft', 'unknown', 'not_taking', 'avoid', 'given', 'past', 'cancelled',
] as const;
export type MedicationState = (typeof medicationStates)[number];

export interface MedicationLine {
  drug?: Coded;
  state: MedicationState;
  because?: string;
  ingredients?: { code: string; name: string }[];
  by_route?: string;
  dose?: string;
  source?: string;
  by?: Reference;
  start?: string;
  end?: string;
  end_recorded?: boolean;
  last_dispensed?: string;
  last_confirmed?: string;
  disagreements?: string[];
  marks?: string[];
  not_checkable?: string;
  reason?: string;
  supply?: { dispenses: number; covered_until?: string; gaps?: { from: string; to: string; days: number; open?: boolean }[] };
  dose_changes?: { from?: string; dose?: string; strength?: string; source?: string }[];
  rests_on: (Source & { status?: string; intent?: string; source?: string })[];
}
export type Medications = { position: string; notice: string; state: ListState; knowledge?: { version: string } } & Partial<Record<MedicationState, MedicationLine[]>>;

export type Tier = 'stop' | 'warn' | 'note';
export interface Alert {
  id: string;
  state: string;
  rule: string;
  tier: Tier;
  kind: string;
  summary: string;
  detail: string;
  source: string;
  rests_on: Source[];
  known_time?: string;
}
export interface Alerts {
  notice: string;
  checked: { known_time?: string; not_checked?: string[]; fully?: boolean } | null;
  alerts: Alert[];
}

export interface VaccineGroup {
  group: string; series_group?: string; state: string; dose?: number; recommended?: string; earliest?: string; reasons?: string[]; missing?: string[]; shared_decision?: boolean;
}
export interface ScreeningRule {
  rule: string; name: string; grade: string; state: string; due?: string; last_done?: string; reasons?: string[]; missing?: string[];
  source?: { title: string; url?: string; dated?: string; read?: string };
}
export interface Prevention {
  notice: string;
  on: string;
  immunizations: { issuer: string; version: string; groups: VaccineGroup[] }[];
  screenings: { issuer: string; version: string; rules: ScreeningRule[] }[];
}

export interface Flag { code: string; by: string; critical?: boolean; disagrees?: boolean }
export interface Point {
  time?: string;
  value: number | Coded;
  comparator?: string;
  unit?: string;
  unit_code?: string;
  converted?: { value: number; comparator?: string; unit?: string; range?: { low?: number; high?: number } };
  not_converted?: string;
  status?: string;
  mark?: string;
  interpretation?: string;
  flag?: Flag;
  range?: { low?: number; high?: number; text?: string };
  code: Coded;
  series: string;
  observation: string;
  version: number;
  component?: number;
}
export interface SeriesText { series: string; name?: string; unit?: string; codes: string[]; count: number; slope?: { per_year: number; n: number; days: number } }
export interface Detected { rule: string; time: string; reason: string; claim: string; source: string; section?: string }
export interface Trends { notice: string; values: Point[]; more: boolean; series: SeriesText[]; detected?: Detected[] }
export interface SeriesList { series: { code: Coded; series?: string; count: number; newest?: string }[]; more: boolean; next?: string }

export const keyOf = (source: Source): string => `${source.type}/${source.id}`;
