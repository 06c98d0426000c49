// A comparison as a table: the node's numbers as they came.
import type { CsvRow } from '../parts/csv.ts';
import { withheldWord } from './measure_text.ts';
import type { Count, Summary } from './types.ts';

const codes = ['initial-population', 'denominator', 'denominator-exclusion', 'denominator-exception', 'numerator', 'numerator-exclusion'] as const;

const csvCount = (count: Count) => count ?? withheldWord;

export const comparisonHead = ['measure', 'period', 'group', 'by', 'stratum', 'name', 'patients', 'failed', ...codes, 'rate', 'position'];

export function comparisonRows(summary: Summary, group: number): CsvRow[] {
  return (summary.groups[group - 1]?.strata ?? []).map((stratum) => [
    summary.measure, summary.period, group, summary.by, stratum.stratum ?? '', stratum.name ?? '', csvCount(stratum.patients), csvCount(stratum.failed),
    ...codes.map((code) => csvCount(code in stratum.populations ? stratum.populations[code]! : 0)), stratum.rate === undefined ? '' : csvCount(stratum.rate), summary.position,
  ]);
}
