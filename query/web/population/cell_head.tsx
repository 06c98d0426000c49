// Whose list this is: measure, period, stratum; the way back.
import { measureAddress, type Cell } from './addresses.ts';
import { periodText } from './measure_text.ts';
import { useStratumName, type UsedMeasure } from './use_measure.ts';

export function CellHead({ cell, measure, title }: { cell: Cell; measure: UsedMeasure; title: string }) {
  const stratum = useStratumName(cell);
  const back = measureAddress(cell.measure, cell.period, cell.group, cell.by);
  return (
    <header class="page-head">
      <p class="crumb small"><a href="/population">Measures</a> <span aria-hidden="true">/</span> <a href={back}>{measure.title || cell.measure}</a></p>
      <h1>{title}</h1>
      <p class="quiet">Period {periodText(cell.period)}{cell.group > 1 && ` · group ${cell.group}`}{stratum && ` · ${cell.by}: ${stratum}`} · not clinically reviewed</p>
    </header>
  );
}
