// What /measures and its parts answer.
// null: withheld from this reader, since few people are behind it or could be worked out.
export type Count = number | null;
export interface Figures { patients: Count; failed: Count; populations: Readonly<Record<string, Count>>; rate?: Count }

export interface Board {
  measure: string;
  name: string;
  version: string;
  title: string;
  period: string;
  evaluated?: { records: number; of: number };
}

export type Direction = 'increase' | 'decrease' | 'unclear';
export interface GroupText { scoring: string; counts: string; direction?: Direction; populations: string[] }
// `default`: meant by the measure's name alone, without version and period.
export interface Listed extends Board { groups: GroupText[]; default: boolean }
export interface MeasureList { position: string; notice: string; measures: Listed[]; not_in_force: { setting: string; reason: string }[] }

export interface Stratum extends Figures { stratum?: string; name?: string }
export interface GroupFigures extends GroupText { group: number; strata: Stratum[] }
export interface Summary extends Board { position: string; by: string; withheld_below?: number; groups: GroupFigures[] }

export interface MonthFigures extends Figures { known_at_end_of: string }
export interface Trend extends Board { group: number; months: MonthFigures[] }

export interface Member { patient: string; count: number }
export interface Members extends Board { population: string; patients: Member[]; next?: string }

export type Value = null | boolean | string | number | Value[] | { [name: string]: Value };
export interface Definition { name: string; value?: Value; error?: string }
export interface RestsOn { resource: string; name?: string; version: number; position: string; known: string }
export interface Flip { group: number; from: string; to: string; position: string; known: string; after_the_period: boolean; cause: string[] }
export interface Explained extends Board {
  patient: string;
  groups: { group: number; populations: Readonly<Record<string, number>> }[];
  strata: Readonly<Record<string, string[]>>;
  definitions: Definition[];
  rests_on: RestsOn[];
  flips: Flip[];
  error?: string;
}

// `event: measure` of /live.
export interface Moved { measure: string; period: string; patient: string; group: number; from: string; to: string; cause: string[]; position: string; known: string; after_the_period: boolean }

export const dimensions = ['site', 'practitioner', 'age', 'sex', 'race', 'ethnicity', 'payer'] as const;
export type Dimension = (typeof dimensions)[number];
