// Patients of a measure: who, how often they count, why, and their chart.
import type { CsvRow } from '../parts/csv.ts';
import type { People } from '../parts/people.ts';
import { PersonLink } from '../parts/person_link.tsx';
import { explainedAddress, type Cell } from './addresses.ts';
import type { Member } from './types.ts';

interface Props { members: readonly Member[]; people: People; cell: Cell }

export function MemberTable({ members, people, cell }: Props) {
  const counts = members.some((one) => one.count !== 1);
  return (
    <table class="members" aria-label="Patients">
      <thead><tr><th>Patient</th>{counts && <th class="number">Counts</th>}<th><span class="unseen">Chart</span></th></tr></thead>
      <tbody>
        {members.map((one) => (
          <tr key={one.patient}>
            <td><PersonLink id={one.patient} people={people} href={explainedAddress(cell.measure, cell.period, one.patient)} /></td>
            {counts && <td class="number">{one.count}</td>}
            <td class="right"><a href={`/patients/${encodeURIComponent(one.patient)}`} aria-label={`Chart of ${people.get(one.patient)?.name ?? one.patient}`}>Chart</a></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export const memberHead = ['measure', 'period', 'group', 'by', 'stratum', 'population', 'patient', 'name', 'birth_date', 'gender', 'count'];

export function memberRows(cell: Cell, population: string, members: readonly Member[], people: People): CsvRow[] {
  return members.map((one) => {
    const person = people.get(one.patient);
    return [cell.measure, cell.period, cell.group, cell.by ?? '', cell.stratum ?? '', population, one.patient, person?.name ?? '', person?.birth ?? '', person?.gender ?? '', one.count];
  });
}
