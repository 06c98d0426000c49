// One measure told apart: by site, practitioner, age … with how many each rate rests on.
import { useState } from 'preact/hooks';
import { useAnswer } from '../parts/answer.ts';
import { Chip } from '../parts/chip.tsx';
import { Choice } from '../parts/choice.tsx';
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { gapsAddress, membersAddress, summaryPath, type Cell } from './addresses.ts';
import { comparisonHead, comparisonRows } from './comparison_csv.ts';
import { countText, fewPatients, fraction, fractionText, interval, percent } from './measure_text.ts';
import { RateBar } from './rate_bar.tsx';
import { dimensions, type Count, type Dimension, type Direction, type Stratum, type Summary } from './types.ts';
import { WithheldNote } from './withheld.tsx';

const words: Readonly<Record<Dimension, string>> = { site: 'Site', practitioner: 'Practitioner', age: 'Age', sex: 'Sex', race: 'Race', ethnicity: 'Ethnicity', payer: 'Payer' };
type Order = 'n' | 'name' | 'rate';

const nameOf = (stratum: Stratum) => stratum.name ?? stratum.stratum ?? '';
const asked = (stratum: Stratum) => fraction(stratum).asked ?? -1;  // withheld: after all that are shown

export function ordered(strata: readonly Stratum[], order: Order): Stratum[] {
  const byName = (a: Stratum, b: Stratum) => nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true });
  if (order === 'name') return [...strata].sort(byName);
  if (order === 'rate') return [...strata].sort((a, b) => (b.rate ?? -1) - (a.rate ?? -1) || byName(a, b));
  return [...strata].sort((a, b) => asked(b) - asked(a) || (b.patients ?? -1) - (a.patients ?? -1) || byName(a, b));
}

interface RowProps { stratum: Stratum; cell: Cell; overall: Count | undefined; hasGaps: boolean; listed: boolean }

function Row({ stratum, cell, overall, hasGaps, listed }: RowProps) {
  const counted = fraction(stratum);
  const sure = interval(counted.met, counted.asked);
  const here: Cell = { ...cell, stratum: stratum.stratum };
  const counts = [['numerator', 'Numerator', counted.met], ['denominator', 'Denominator', counted.asked], ['patients', 'Patients', stratum.patients]] as const;
  return (
    <tr>
      <th scope="row">{nameOf(stratum)}{counted.asked !== null && counted.asked > 0 && counted.asked < fewPatients && <> <Chip title={`a rate of fewer than ${fewPatients} says little`}>few</Chip></>}
        <span class="rests-on quiet small">{fractionText(stratum)}, n = {countText(stratum.patients)}</span></th>
      <td class="bar-cell"><RateBar rate={stratum.rate} sure={sure} overall={overall} /></td>
      <td class="number"><strong>{percent(stratum.rate) || '–'}</strong></td>
      <td class="number quiet sure">{sure && `${percent(sure.low)} – ${percent(sure.high)}`}</td>
      {counts.map(([code, word, count]) => (
        <td class="number">{listed ? <a href={membersAddress(here, code)} aria-label={`${word}, ${nameOf(stratum)}: ${countText(count)}`}>{countText(count)}</a> : countText(count)}</td>
      ))}
      {hasGaps && <td>{listed && counted.asked !== 0 && <a href={gapsAddress(here)} aria-label={`Care gaps, ${nameOf(stratum)}`}>Gaps</a>}</td>}
    </tr>
  );
}

interface Props { cell: Cell; by: Dimension; direction: Direction | undefined; overall: Count | undefined; file: string; choose(by: Dimension): void }

export function Comparison({ cell, by, direction, overall, file, choose }: Props) {
  const [order, setOrder] = useState<Order>('n');
  const answer = useAnswer<Summary>(summaryPath(cell.measure, cell.period, by));
  const strata = answer.body?.by === by ? answer.body.groups[cell.group - 1]?.strata ?? [] : null;
  const mayRank = direction === 'increase' || direction === 'decrease';
  const rows = strata && ordered(strata, order === 'rate' && !mayRank ? 'n' : order);
  const orders = [{ value: 'n' as const, word: 'Most patients' }, { value: 'name' as const, word: 'Name' }, ...(mayRank ? [{ value: 'rate' as const, word: 'Rate' }] : [])];
  return (
    <Section title="Compared" note={mayRank ? undefined : 'not ranked: which way is better is unclear'}
      actions={<CsvButton name={`${file}-by-${by}`} head={comparisonHead} disabled={!rows} rows={() => comparisonRows(answer.body!, cell.group)} />}>
      <div class="toolbar compared-by no-print">
        <Choice label="Compared by" options={dimensions.map((value) => ({ value, word: words[value] }))} chosen={by} choose={choose} />
        <Choice label="Order" options={orders} chosen={order} choose={setOrder} />
      </div>
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      {!rows && !answer.error && <p class="quiet">Asking …</p>}
      {rows?.length === 0 && <Nothing>Nobody has been looked at yet.</Nothing>}
      {rows && rows.length > 0 && (
        <div class="wide-table" role="region" aria-label={`By ${words[by].toLowerCase()}`} tabIndex={0}>
          <table class="comparison">
            <thead><tr><th>{words[by]}</th><th>0 to 100%</th><th class="number">Rate</th><th class="number sure">95% interval</th><th class="number">Met</th><th class="number">Of</th><th class="number">Patients (n)</th>{mayRank && <th><span class="unseen">Care gaps</span></th>}</tr></thead>
            <tbody>{rows.map((stratum) => <Row key={stratum.stratum} stratum={stratum} cell={{ ...cell, by }} overall={overall} hasGaps={mayRank} listed={!answer.body?.withheld_below} />)}</tbody>
          </table>
        </div>
      )}
      {answer.body?.withheld_below && <WithheldNote />}
      <p class="quiet small">The bar's dot is the rate, its line the 95% interval (Wilson), the upright line the rate of all. A patient with several races counts in each.</p>
    </Section>
  );
}
