// The work list of a measure: who is asked for and lacks it.
import { useEffect, useState } from 'preact/hooks';
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePeople } from '../parts/people.ts';
import { Nothing } from '../parts/section.tsx';
import type { Cell } from './addresses.ts';
import { CellHead } from './cell_head.tsx';
import { readGaps, type Gaps } from './gaps.ts';
import { memberHead, memberRows, MemberTable } from './member_table.tsx';
import { directionText } from './measure_text.ts';
import { boardKey, useMoves } from './moves.ts';
import { useMeasure, type UsedMeasure } from './use_measure.ts';

const drawn = 200;  // rows at once

function useGaps(cell: Cell, measure: UsedMeasure, turn: number) {
  const [state, setState] = useState<{ gaps: Gaps | null; error: Error | null }>({ gaps: null, error: null });
  const { direction, populations } = measure;
  useEffect(() => {
    if (!populations || !direction || direction === 'unclear') return undefined;
    const stop = new AbortController();
    readGaps(cell, direction, populations, stop.signal).then(
      (gaps) => setState({ gaps, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ gaps: null, error });
      },
    );
    return () => stop.abort();
  }, [cell.measure, cell.period, cell.group, cell.by, cell.stratum, populations !== null, direction, turn]);
  return state;
}

function Said({ gaps }: { gaps: Gaps }) {
  const share = gaps.asked === 0 ? '' : `, of ${gaps.asked} who are asked for`;
  return <span class="quiet">{gaps.open.length} open gap{gaps.open.length === 1 ? '' : 's'}{share}{gaps.cut && '; the list was cut at 20000 patients'}</span>;
}

export function GapsPage({ cell }: { cell: Cell }) {
  const measure = useMeasure(cell);
  const [asked, setAsked] = useState(0);
  const [rows, setRows] = useState(drawn);
  const moved = useMoves().counts.get(boardKey(cell)) ?? 0;
  const { gaps, error } = useGaps(cell, measure, asked + moved);
  const shown = gaps?.open.slice(0, rows) ?? [];
  const people = usePeople(gaps?.open.map((one) => one.patient) ?? []);
  const unclear = measure.populations !== null && (!measure.direction || measure.direction === 'unclear');
  return (
    <>
      <CellHead cell={cell} measure={measure} title="Care gaps" />
      {unclear && <p class="panel">{directionText('unclear').why}</p>}
      {(error ?? measure.error) && <ErrorPanel error={(error ?? measure.error)!} retry={() => setAsked(asked + 1)} />}
      {!unclear && (
        <div class="toolbar">
          {gaps ? <Said gaps={gaps} /> : <span class="quiet">Asking …</span>}
          <CsvButton name={`${measure.name}-care-gaps`} head={memberHead} disabled={!gaps} rows={() => memberRows(cell, 'open-gap', gaps!.open, people)} />
        </div>
      )}
      {gaps?.open.length === 0 && <Nothing>Nobody lacks it.</Nothing>}
      {shown.length > 0 && <MemberTable members={shown} people={people} cell={cell} />}
      {gaps && gaps.open.length > rows && <p><button type="button" onClick={() => setRows(rows + drawn)}>{drawn} more</button></p>}
    </>
  );
}
