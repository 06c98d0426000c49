// Which version of a measure, over which period, where several are kept.
import { Choice } from '../parts/choice.tsx';
import { go } from '../router.ts';
import { measureAddress, measuresAddress, type Cell } from './addresses.ts';
import { periodText } from './measure_text.ts';
import type { Listed } from './types.ts';

const each = (words: readonly string[]) => [...new Set(words)];
const periodsOf = (boards: readonly Listed[]) => each(boards.map((one) => one.period)).sort().reverse();

// What a list shows: of each measure the one that is meant when nobody says, or a period's.
export const boardsOver = (measures: readonly Listed[], period: string | null) => measures.filter((one) => (period ? one.period === period : one.default));

export function PeriodChoice({ measures, period }: { measures: readonly Listed[]; period: string | null }) {
  if (measures.every((one) => one.default)) return null;
  const options = [{ value: '', word: 'Current' }, ...periodsOf(measures).map((value) => ({ value, word: periodText(value) }))];
  return <div class="toolbar"><Choice label="Period" options={options} chosen={period ?? ''} choose={(value) => go(measuresAddress(value || null), 'replace')} /></div>;
}

// `boards` come the newest version first, as the node lists them.
export function BoardChoice({ measures, name, cell }: { measures: readonly Listed[]; name: string; cell: Cell }) {
  const boards = measures.filter((one) => one.name === name);
  const periods = periodsOf(boards);
  const versions = boards.filter((one) => one.period === cell.period);
  const over = (period: string) => boards.find((one) => one.period === period && one.measure === cell.measure) ?? boards.find((one) => one.period === period);
  const open = (board: Listed | undefined) => {
    if (board) go(measureAddress(board.measure, board.period, Math.min(cell.group, board.groups.length), cell.by), 'replace');
  };
  if (periods.length < 2 && versions.length < 2) return null;
  return (
    <div class="toolbar no-print">
      {periods.length > 1 && <Choice label="Period" options={periods.map((value) => ({ value, word: periodText(value) }))} chosen={cell.period} choose={(period) => open(over(period))} />}
      {versions.length > 1 && <Choice label="Version" options={versions.map((one) => ({ value: one.measure, word: one.version }))} chosen={cell.measure} choose={(measure) => open(versions.find((one) => one.measure === measure))} />}
    </div>
  );
}
