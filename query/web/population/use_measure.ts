// A measure's name and direction for the pages below it.
import { useAnswer } from '../parts/answer.ts';
import { summaryPath, type Cell } from './addresses.ts';
import { titleOf } from './measure_text.ts';
import type { Direction, Summary } from './types.ts';

export interface UsedMeasure { title: string; name: string; direction: Direction | undefined; populations: readonly string[] | null; error: Error | null }

export function useMeasure(cell: Cell): UsedMeasure {
  const { body, error } = useAnswer<Summary>(summaryPath(cell.measure, cell.period));
  const group = body?.groups[cell.group - 1];
  return { title: body ? titleOf(body.title) : '', name: body?.name ?? cell.measure, direction: group?.direction, populations: group?.populations ?? null, error };
}

// The name of a stratum, which may be a site or a practitioner.
export function useStratumName(cell: Cell): string {
  const path = cell.by && cell.stratum ? summaryPath(cell.measure, cell.period, cell.by) : null;
  const { body } = useAnswer<Summary>(path);
  if (!cell.stratum) return '';
  const found = body?.groups[cell.group - 1]?.strata.find((one) => one.stratum === cell.stratum);
  return found?.name ?? cell.stratum;
}
