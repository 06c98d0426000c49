// Addresses of the population's pages: what is looked at is in them, so that a link shows the same.
import { withParameters } from '../api.ts';

export interface Cell { measure: string; period: string; group: number; by?: string; stratum?: string }

const base = (measure: string) => `/population/measures/${encodeURIComponent(measure)}`;
const parametersOf = (cell: Cell) => ({ period: cell.period, group: cell.group === 1 ? null : cell.group, by: cell.by, stratum: cell.stratum });

export const measuresAddress = (period: string | null) => withParameters('/population', { period });
export const measureAddress = (measure: string, period: string, group = 1, by?: string) => withParameters(base(measure), { period, group: group === 1 ? null : group, by });
export const membersAddress = (cell: Cell, population: string) => withParameters(`${base(cell.measure)}/patients`, { population, ...parametersOf(cell) });
export const gapsAddress = (cell: Cell) => withParameters(`${base(cell.measure)}/gaps`, parametersOf(cell));
export const explainedAddress = (measure: string, period: string, patient: string) => withParameters(`${base(measure)}/patients/${encodeURIComponent(patient)}`, { period });

// The node's own addresses of the same.
const api = (measure: string) => `/measures/${encodeURIComponent(measure)}`;
export const summaryPath = (measure: string, period: string, by?: string) => withParameters(api(measure), { period, by });
export const trendPath = (cell: Cell) => withParameters(`${api(cell.measure)}/trend`, { period: cell.period, group: cell.group, by: cell.by, stratum: cell.stratum });
export const membersPath = (cell: Cell, population: string, count: number) => withParameters(`${api(cell.measure)}/patients`, { population, period: cell.period, group: cell.group, by: cell.by, stratum: cell.stratum, _count: count });
export const explainedPath = (measure: string, period: string | null, patient: string) => withParameters(`${api(measure)}/patients/${encodeURIComponent(patient)}`, { period });

export function cellIn(address: URL, measure: string): Cell {
  const text = (name: string) => address.searchParams.get(name) ?? undefined;
  return { measure, period: text('period') ?? '', group: Number(text('group') ?? 1), by: text('by'), stratum: text('stratum') };
}
